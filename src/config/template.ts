// The file that `aitrail init` writes: one rule active, everything else shown with its default.
import { PACKAGE_KEY } from './read-places.ts';

/** CI configuration of the common systems: a change to it runs with the project's secrets. */
const CI_FILES = [
  '.github/workflows/**',
  '.github/actions/**',
  '.gitlab-ci.yml',
  '.gitlab/ci/**',
  'Jenkinsfile',
  '.circleci/**',
  'azure-pipelines.yml',
  '.azure-pipelines/**',
  'bitbucket-pipelines.yml',
  '.buildkite/**',
  '.drone.yml',
  '.woodpecker/**',
  '.woodpecker.yml',
  '.forgejo/workflows/**',
  '.gitea/workflows/**',
  '.travis.yml',
  'cloudbuild.yaml',
  'buildspec.yml',
  '.teamcity/**',
] as const;

/** @returns the text of `.aitrailrc.yaml`; valid configuration. */
export function configTemplate(): string {
  return `# What ${PACKAGE_KEY} guards in this repository. This file can tighten the defaults below, never loosen them: looser settings,
# connections and keys belong into your own file. All keys: docs/configuration.md of aitrail; in force here: aitrail policy explain

# Files that need a person. \`from: ai\` is about changes that a model wrote.
protect:
  - paths:
${CI_FILES.map((path) => `      - "${path}"\n`).join('')}    from: ai
    action: block # block | approve | warn

# secrets:
#   onResponse: mask # block | mask: in what the model writes, before the agent sees it
#   onRequest: warn # block | mask | warn: in what the agent sends to the model
#   onCommit:
#     ai: mask # block | mask: in lines that a model wrote
#     other: block # block: in all other added lines
#   onPush: block # block: in outgoing commits
#   toolArguments: written # all | written: which arguments of tool calls are masked towards the agent
#   allow: # paths that are not scanned at commit and push
#     - "**/testdata/**"
#   rules: # secrets of your own, RE2 syntax
#     - id: acme-token
#       pattern: "acme_[a-z0-9]{32}"
#       keywords: [acme_]

# notes:
#   push: true # false: provenance stays on this machine
#   gitAi: false # true: also write refs/notes/ai, unsigned, for tools of the Git AI standard
`;
}
