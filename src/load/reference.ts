import { type Field, SECTIONS } from './field-table.js';

const INTRO = `# fig.yml

<!-- Made from src/load/field-table.ts by: UPDATE_DOCS=1 npx vitest run --project unit test/unit/load/reference.test.ts -->

A fig.yml says which containers make up a project. Every top-level key is the name of a service (letters, digits, \`.\`,
\`_\` and \`-\`), and holds what that service wants:

\`\`\`yaml
web:
  build: .
  links:
    - db
  ports:
    - "8000:8000"
db:
  image: postgres
\`\`\`

A service needs \`image\` or \`build\`; every other key may be left out, and an empty one (\`ports:\`) is ignored.
\`tsfig config\` shows what tsfig makes of the file.

## How the file is read

- It is YAML 1.2. A key written twice is an error. \`49100:22\` is a string, and \`1.10\` stays \`1.10\`.
- Keys that are true or false also take \`yes\`, \`no\`, \`on\` and \`off\`.
- Relative paths are relative to the directory of the file; \`~\` is your home directory.
- Anchors, aliases and merges (\`<<: *name\`) work. There is no place for templates of their own: every top-level key is a
  service, so put the anchor into the first service that uses it.
- The file holds one document of UTF-8 text, at most 4 MB.

## Variables

In values, never in keys:

| written | becomes |
|---|---|
| \`$NAME\`, \`\${NAME}\` | the value; empty, with a warning, when it is not set |
| \`\${NAME:-default}\` | the default when it is not set or empty |
| \`\${NAME-default}\` | the default when it is not set |
| \`\${NAME:?message}\` | an error with that message when it is not set or empty |
| \`\${NAME?message}\` | an error with that message when it is not set |
| \`$$\` | one dollar sign |

Values come from the shell, then from \`.env\` files (below). Defaults may hold further variables: \`\${A:-\${B:-c}}\`. A dollar sign before anything but a name or a brace stays as it is. What is put in stays inside of
its value: it cannot become a list or a key.

## The \`.env\` files

They are those of docker compose: the \`.env\` of the working directory, then that of the directory of the fig.yml; with
\`-f\` only the latter. \`COMPOSE_FILE\`, \`COMPOSE_PROJECT_NAME\` and the like count in them as in the shell;
\`COMPOSE_DISABLE_ENV_FILE=1\` turns them off. Lines are \`NAME=value\`, with \`export\` before it or not. \`\${NAME}\` and its
forms with defaults are replaced, \`$NAME\` and \`$$\` stay; single quotes keep all of a value, double quotes may hold
\`\\n\` and \`\\"\`. What cannot be read is warned of with its line.
`;

/** The page docs/fig-yml.md. */
export function fieldReference(): string {
  const sections = SECTIONS.map(({ title, fields }) => `## ${title}\n\n${fields.map(fieldText).join('\n')}`);
  return [INTRO, ...sections].join('\n');
}

function fieldText({ key, doc, forms, example }: Field): string {
  return `### \`${key}\`\n\n${doc}.\n\nForms: ${forms}.\n\n\`\`\`yaml\n${example}\`\`\`\n`;
}
