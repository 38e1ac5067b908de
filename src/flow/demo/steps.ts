// The demo as a list: what is told, what a person would type, and the exit status that proves the point.

export interface DemoStep {
  readonly tell: string;
  /** A POSIX shell command, run as shown. */
  readonly command: string;
  readonly exit: number;
}

export const DEMO_STEPS = (prompt: string): readonly DemoStep[] => [
  ...recordingSteps(prompt),
  ...PROOF_STEPS,
];

const recordingSteps = (prompt: string): readonly DemoStep[] => [
  {
    tell: 'A repository, with aitrail in it.',
    command: 'git init -q -b main . && aitrail init',
    exit: 0,
  },
  {
    tell: 'Policy and signers are files like any other.',
    command: 'aitrail identity trust && git add -A && git commit -q -m "Set up"',
    exit: 0,
  },
  {
    tell: 'An agent works. What it and its model say to each other is recorded on the way.',
    command: `aitrail run -- demo-agent "${prompt}"`,
    exit: 0,
  },
  {
    tell: 'The model had put an API token into its answer. The agent never saw it: the file holds a placeholder.',
    command: 'grep -n TOKEN src/client.js',
    exit: 0,
  },
  {
    tell: 'A person adds a function by hand.',
    command: `printf '\\nexport function farewell(name) {\\n  return "Goodbye, " + name;\\n}\\n' >> src/greet.js`,
    exit: 0,
  },
  {
    tell: 'It also wanted to write CI configuration, which only people may change here: that call never reached it.',
    command: 'test ! -e .github && ls ci',
    exit: 0,
  },
  {
    tell: "Moved there by another way, the text is still the model's: the commit is refused.",
    command:
      'mkdir -p .github/workflows && mv ci/tests.yml .github/workflows/ && git add -A && git commit -q -m "Add a greeting"',
    exit: 1,
  },
  {
    tell: 'Without that file it goes through, and gets its signed note.',
    command: 'git restore --staged .github && rm -r .github && git commit -q -m "Add a greeting"',
    exit: 0,
  },
];

const PROOF_STEPS: readonly DemoStep[] = [
  { tell: 'Who wrote which line?', command: 'aitrail blame src/greet.js', exit: 0 },
  {
    tell: 'Can a stranger check that, on another machine, with nothing but a clone?',
    command:
      "git clone -q . ../clone && cd ../clone && git fetch -q origin 'refs/notes/*:refs/notes/*' && HOME=../nobody AITRAIL_HOME= aitrail verify HEAD",
    exit: 0,
  },
  {
    tell: 'The evidence is a git note: an in-toto statement in a DSSE envelope.',
    command: 'git notes --ref=aitrail show HEAD | cut -c 1-76',
    exit: 0,
  },
  { tell: 'And the conversation behind it.', command: 'aitrail replay HEAD', exit: 0 },
];
