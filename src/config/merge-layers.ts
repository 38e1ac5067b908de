// Configuration files → the policy in force. Files rank organisation, user, base revision, working tree. Whoever comes
// later may tighten what stands and never loosen it; a clone says nothing about keys, upstreams or signers at all.
import { canonicalJson } from '../model/canonical-json.ts';
import type { Policy, SecretAction, SecretsPolicy, SettingPlace } from '../model/policy.ts';
import { PUBLIC_SIGSTORE } from '../model/signing.ts';
import type { TeamPlaces } from '../model/team.ts';
import { DEFAULT_SECRETS } from './defaults.ts';
import { type Ladder, type Layer, notYours, pickStrictest } from './ladder.ts';
import { mergeExpire, mergeGroups, mergeHold } from './merge-approvals.ts';
import { mergeRules, mergeSecretRules } from './merge-rules.ts';
import { mergeConnections } from './merge-connections.ts';
import { mergeIdentity, mergePipelines } from './merge-identity.ts';
import { mergeNotify } from './merge-notify.ts';
import { mergeKeeping } from './merge-keeping.ts';
import { mergeTeam } from './merge-team.ts';
import { mergeTelemetry } from './merge-telemetry.ts';
import type { Configuration } from './schema.ts';
import { sha256Hex } from '../model/sha256.ts';

export interface InForce {
  readonly policy: Policy;
  /** Setting (`secrets.onResponse`) → where the value in force was written; absent: the default. */
  readonly places: ReadonlyMap<string, SettingPlace>;
  /** What is no rule. */
  readonly team: TeamPlaces;
}

type Climb = <Word extends string>(ladder: Ladder<Word>) => Word;

const ACTIONS = ['off', 'warn', 'mask', 'block'] as const;

/** @param layers in the order of LayerKind. @throws Fault CONFIG_NOT_YOURS with file, line and column. */
export function mergeLayers(layers: readonly Layer[]): InForce {
  const places = new Map<string, SettingPlace>();
  const climb: Climb = (ladder) => pickStrictest(layers, ladder, places);
  refuseForeignKeys(layers);
  const settled: Omit<Policy, 'digest' | 'files'> = {
    connections: mergeConnections(layers, places),
    secrets: {
      ...mergeActions(climb),
      allow: mergeAllowed(layers, places),
      rules: mergeSecretRules(layers),
      isExplained: mergeExplain(climb),
      isVaultOn: readOwn(layers, 'secrets.vault', places)?.secrets?.vault ?? false,
    },
    ...mergeRules(layers),
    groups: mergeGroups(layers, places),
    approvals: { holdMs: mergeHold(layers, places), expireMs: mergeExpire(layers, places) },
    mode: climb({
      path: ['mode'],
      steps: ['observe', 'enforce'],
      standard: 'enforce',
      read: (settings) => settings.mode,
    }),
    ...mergeKeeping(layers, places),
    signing: readOwn(layers, 'signing', places)?.signing ?? 'auto',
    sigstore: mergeSigstore(layers, places),
    requiresTouch: mergeTouch(climb),
    summary: mergeSummary(layers, places),
    notes: { push: mergeNotesPush(climb), gitAi: mergeGitAi(layers, places) },
    onStoreError: climb({
      path: ['onStoreError'],
      steps: ['forward', 'refuse'],
      standard: 'refuse',
      read: (settings) => settings.onStoreError,
    }),
    identity: mergeIdentity(layers, places),
    pipelines: mergePipelines(layers, places),
    notify: mergeNotify(layers, places),
    telemetry: mergeTelemetry(layers, places),
  };
  const team = mergeTeam(layers, places);
  const digest = sha256Hex(canonicalJson(settled));
  return {
    policy: { ...settled, digest, files: layers.map((layer) => layer.document.file) },
    places,
    team,
  };
}

type Actions = Pick<
  SecretsPolicy,
  'onResponse' | 'onRequest' | 'onCommit' | 'onPush' | 'toolArguments'
>;

function mergeActions(climb: Climb): Actions {
  const { onCommit, ...standard } = DEFAULT_SECRETS;
  const act = (
    path: readonly string[],
    word: SecretAction,
    read: Ladder<SecretAction>['read'],
  ): SecretAction => climb({ path: ['secrets', ...path], steps: ACTIONS, standard: word, read });
  return {
    onResponse: act(['onResponse'], standard.onResponse, ({ secrets }) => secrets?.onResponse),
    onRequest: act(['onRequest'], standard.onRequest, ({ secrets }) => secrets?.onRequest),
    onCommit: {
      ai: act(['onCommit', 'ai'], onCommit.ai, ({ secrets }) => secrets?.onCommit?.ai),
      other: act(['onCommit', 'other'], onCommit.other, ({ secrets }) => secrets?.onCommit?.other),
    },
    onPush: act(['onPush'], standard.onPush, ({ secrets }) => secrets?.onPush),
    toolArguments: climb({
      path: ['secrets', 'toolArguments'],
      steps: ['record-only', 'written', 'all'],
      standard: standard.toolArguments,
      read: ({ secrets }) => secrets?.toolArguments,
    }),
  };
}

/** Publishing is what loosens: a single `false` holds, whoever wrote it. */
function mergeNotesPush(climb: Climb): boolean {
  const word = climb({
    path: ['notes', 'push'],
    steps: ['true', 'false'],
    standard: 'true',
    read: ({ notes }) => (notes?.push === undefined ? undefined : notesWord(notes.push)),
  });
  return word === 'true';
}

/** Whatever is added to a request is left out where one file says so. */
function mergeExplain(climb: Climb): boolean {
  const word = climb({
    path: ['secrets', 'explain'],
    steps: ['true', 'false'],
    standard: 'true',
    read: ({ secrets }) =>
      secrets?.explain === undefined ? undefined : notesWord(secrets.explain),
  });
  return word === 'true';
}

/** Once it is asked for nobody below takes it back. */
function mergeTouch(climb: Climb): boolean {
  const word = climb({
    path: ['requireTouch'],
    steps: ['false', 'true'],
    standard: 'false',
    read: ({ requireTouch }) => (requireTouch === undefined ? undefined : notesWord(requireTouch)),
  });
  return word === 'true';
}

const notesWord = (isPushed: boolean): 'true' | 'false' => (isPushed ? 'true' : 'false');

/** Any file may turn it on, and a single `false` keeps it off, whoever wrote it. */
function mergeGitAi(layers: readonly Layer[], places: Map<string, SettingPlace>): boolean {
  const words = layers.filter(({ settings }) => settings.notes?.gitAi !== undefined);
  const first = words.find(({ settings }) => settings.notes?.gitAi === false) ?? words[0];
  if (first === undefined) return false;
  places.set('notes.gitAi', first.document.placeOf(['notes', 'gitAi']));
  return first.settings.notes?.gitAi === true;
}

/** A single `false` keeps it away, whoever wrote it. */
function mergeSummary(layers: readonly Layer[], places: Map<string, SettingPlace>): boolean {
  const first = layers.find(({ settings }) => settings.summary === false);
  if (first !== undefined) places.set('summary', first.document.placeOf(['summary']));
  return first === undefined;
}

/** The first file that makes a setting which only the organisation and the user may make. */
function readOwn(
  layers: readonly Layer[],
  name: 'signing' | 'sigstore' | 'secrets.vault',
  places: Map<string, SettingPlace>,
): Configuration | undefined {
  const layer = layers.find(
    ({ settings }) =>
      (name === 'secrets.vault' ? settings.secrets?.vault : settings[name]) !== undefined,
  );
  if (layer !== undefined) places.set(name, layer.document.placeOf(name.split('.')));
  return layer?.settings;
}

function mergeSigstore(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): Policy['sigstore'] {
  const own = readOwn(layers, 'sigstore', places)?.sigstore;
  const { fulcio, rekor, timestamp } = PUBLIC_SIGSTORE;
  return {
    fulcio: own?.fulcio ?? fulcio,
    rekor: own?.rekor ?? rekor,
    timestamp: own?.timestamp ?? timestamp,
  };
}

/** What a clone cannot say, and why. */
const FOREIGN = {
  connections: 'a clone cannot say where requests go',
  signing: 'a clone cannot choose your key',
  sigstore: 'a clone cannot say who certifies you',
  accessLog: 'a clone cannot keep it quiet',
  scope: 'a clone cannot say what is recorded',
} as const satisfies Partial<Record<keyof Configuration, string>>;

function refuseForeignKeys(layers: readonly Layer[]): void {
  for (const layer of layers) {
    if (layer.kind !== 'base' && layer.kind !== 'worktree') continue;
    for (const [name, why] of Object.entries(FOREIGN))
      if (Object.hasOwn(layer.settings, name)) throw notYours(layer, [name], why);
    if (layer.settings.secrets?.vault !== undefined)
      throw notYours(
        layer,
        ['secrets', 'vault'],
        'a clone cannot decide what is kept on your machine',
      );
  }
}

/** An allowed path loosens, so the working tree's own additions wait until they are in the base revision. */
function mergeAllowed(
  layers: readonly Layer[],
  places: Map<string, SettingPlace>,
): readonly string[] {
  const patterns = layers
    .filter((layer) => layer.kind !== 'worktree')
    .flatMap((layer) => {
      const allowed = layer.settings.secrets?.allow ?? [];
      if (allowed.length > 0)
        places.set('secrets.allow', layer.document.placeOf(['secrets', 'allow']));
      return allowed;
    });
  return [...new Set(patterns)];
}
