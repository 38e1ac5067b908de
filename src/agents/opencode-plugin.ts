// The plugin that `init --agent opencode` writes: OpenCode loads it before it talks to any model.

/** @param program how aitrail is called: absolute paths. @returns JavaScript, an ES module. */
export const openCodePlugin = (program: readonly string[]): string =>
  `// Made by \`aitrail init --agent opencode\`; \`aitrail uninstall\` removes it. Leads OpenCode's model traffic through aitrail.
import { execFile } from 'node:child_process';

const [node, ...entry] = ${JSON.stringify(program)};

/** @returns the command's output, null where it could not be run. */
const aitrail = (cwd, ...words) =>
  new Promise((resolve) => {
    const options = { cwd, timeout: 30000 };
    execFile(node, [...entry, ...words], options, (error, stdout) => resolve(error ? null : stdout));
  });

export const Aitrail = async ({ directory }) => {
  // inside \`aitrail run\` everything is set already
  if ((process.env.AITRAIL_SESSION ?? '') !== '') return {};
  const answer = await aitrail(directory, 'env', '--shell', 'json');
  if (answer === null) {
    console.error('aitrail could not be started: this session is not recorded (aitrail doctor)');
    return {};
  }
  const variables = JSON.parse(answer);
  const urls = {
    anthropic: \`\${variables.ANTHROPIC_BASE_URL}/v1\`,
    openai: variables.OPENAI_BASE_URL,
    google: \`\${variables.GOOGLE_GEMINI_BASE_URL}/v1beta\`,
  };
  return {
    config: async (config) => {
      config.provider ??= {};
      for (const [name, baseURL] of Object.entries(urls)) {
        const provider = (config.provider[name] ??= {});
        provider.options = { ...provider.options, baseURL };
      }
    },
    // a daemon that has gone meanwhile comes back on the same port
    'chat.message': async () => void (await aitrail(directory, 'proxy', 'start')),
    'shell.env': async (_input, output) => {
      output.env.AITRAIL_SESSION = variables.AITRAIL_SESSION;
    },
  };
};
`;
