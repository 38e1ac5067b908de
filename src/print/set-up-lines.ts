// What `aitrail init` and `aitrail uninstall` say.
import type { SettledReport, SetUpReport, TakeDownReport } from '../model/set-up.ts';

/** @param cwd absolute: paths are shown from there where they lie below it. */
export function setUpLines(report: SetUpReport, cwd: string): readonly string[] {
  const { hooks, identity, configuration, remotes } = report;
  return [
    `${hooks.isChanged ? 'Installed hooks in' : 'Hooks are in place in'} ${shortPath(hooks.dir, cwd)}${placeText(hooks.kind)}`,
    ...(hooks.chained.length > 0
      ? [
          `  the earlier ${hooks.chained.join(', ')} ${hooks.chained.length > 1 ? 'run' : 'runs'} as well, as before`,
        ]
      : []),
    ...hooks.foreign.map(
      (hook) => `  ${hook} is not a shell script: add to it by hand: aitrail hook ${hook} "$@"`,
    ),
    `${identity.isNew ? 'Made a signing key for' : 'Signing as'} ${identity.principal}: ${identity.place}`,
    `${configuration.isNew ? 'Wrote' : 'Kept'} ${configuration.path}${configuration.isNew ? ': AI changes to CI files are refused; the rest is there as comments' : ''}`,
    ...remotes.map((remote) => `Notes of ${remote} will come with every git fetch`),
    report.isNotesPushed
      ? 'Public with every push: agent, model, times, signer, line ranges and digests, never text (keep them here: notes.push: false)'
      : 'Notes stay on this machine (notes.push: false)',
    ...report.agents.flatMap((agent) => settledLines(agent, cwd)),
    'Next: aitrail run -- claude   (or any other agent)',
  ];
}

function settledLines(
  { agent, files, isChanged, notice }: SettledReport,
  cwd: string,
): readonly string[] {
  const names = files.map((file) => shortPath(file, cwd)).join(', ');
  const led = isChanged
    ? `is led to aitrail by ${names}`
    : `is led to aitrail by ${names}, as before`;
  return [
    ...(files.length > 0 ? [`${agent} ${led}`] : []),
    ...(notice === null ? [] : [`${files.length > 0 ? '  ' : `${agent}: `}${notice}`]),
  ];
}

function placeText(kind: SetUpReport['hooks']['kind']): string {
  switch (kind) {
    case 'own':
      return '';
    case 'husky':
      return ' (husky): commit them for everybody, or keep them to yourself';
    case 'shared':
      return ' (core.hooksPath, shared): commit them for everybody, or keep them to yourself';
    case 'elsewhere':
      return '; the hooks of your global core.hooksPath run as well';
  }
}

export function takeDownLines(report: TakeDownReport): readonly string[] {
  if (!report.wasInstalled) return ['Nothing to take back: aitrail init has not run here'];
  return [
    ...(report.hooks.length > 0 ? [`Restored hooks: ${report.hooks.join(', ')}`] : []),
    ...report.settings.map((path) => `Restored ${path}`),
    ...report.removed.map((path) => `Removed ${path}`),
    ...report.kept.map(({ path, why }) => `Kept ${path}: ${why}`),
    'Recordings, keys and notes stay',
  ];
}

const shortPath = (path: string, cwd: string): string =>
  path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
