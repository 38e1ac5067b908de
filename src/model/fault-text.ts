// A fault as two lines of text, `aitrail: <what is wrong> (<CODE>)` and `  fix: <what to do>`, and back: so that one
// process can hand its refusal on to the person in front of another.
import { Fault, type FaultCode } from './fault.ts';
import { FAULTS } from './faults.ts';

/** @returns two lines, each ended by LF. */
export const formatFault = (fault: Fault): string =>
  `aitrail: ${fault.message} (${fault.code})\n  fix: ${fault.fix}\n`;

/** The inverse; lines after the second are ignored. @returns null where the text is no fault. */
export function parseFault(text: string): Fault | null {
  const [first = '', second = ''] = text.split('\n');
  const [, message, code] = /^aitrail: (.*) \(([A-Z_]+)\)$/.exec(first) ?? [];
  if (message === undefined || !isFaultCode(code)) return null;
  const fix = /^\s*fix: (.*)$/.exec(second)?.[1];
  return new Fault(code, message, fix === undefined ? {} : { fix });
}

const isFaultCode = (code: string | undefined): code is FaultCode =>
  code !== undefined && Object.hasOwn(FAULTS, code);
