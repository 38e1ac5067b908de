// The program's own entry, for processes that it starts.
import { packagePlace } from '../model/package-place.ts';

export const entryScript = (): string => packagePlace('bin/aitrail.js');
