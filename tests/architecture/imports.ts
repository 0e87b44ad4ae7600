import { globSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { parse } from 'yaml';
import { read, root } from './repository.ts';

/** One `import`, `export ... from`, `import()` or `import('...').Type`, with paths from the root of the repository. */
export type Import = {
  readonly file: string;
  readonly specifier: string;
  /** The file that is imported, or the specifier itself when it names a library. */
  readonly target: string;
  readonly isTypeOnly: boolean;
};

type Manifest = {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>;
};
type Member = { readonly folder: string; readonly manifest: Manifest };

/** Every package that pnpm-workspace.yaml names. */
const members: readonly Member[] = (parse(read('pnpm-workspace.yaml')) as { packages: string[] }).packages
  .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
  .sort()
  .map((file) => ({ folder: dirname(file), manifest: JSON.parse(read(file)) as Manifest }));

/** Their folders, such as `packages/cache` and `demo`, sorted, so that a nested one comes after the one it is in. */
export const workspaceFolders: readonly string[] = members.map(({ folder }) => folder);

/** Every source file of the workspace, tests included. */
export const sources: readonly string[] = [
  ...new Set(
    workspaceFolders.flatMap((folder) =>
      globSync(`${folder}/**/*.{ts,tsx,mts,js,mjs}`, {
        cwd: root,
        exclude: ['**/node_modules/**', '**/dist/**'],
      }),
    ),
  ),
].sort();

export const isTestFile = (file: string): boolean =>
  /\.test\.tsx?$|\bvitest\.config\.ts$|^tests\/|\/test\/|\/testing(-setup)?(\.ts$|\/)/.test(file);

/** Read by a parser, so that neither a comment nor a string passes for an import. */
export function importsOf(file: string, text: string): Import[] {
  const found: { specifier: unknown; isTypeOnly: boolean }[] = [];
  const note = (source: unknown, isTypeOnly: boolean): void => {
    const specifier = (source as { value?: unknown } | null)?.value;
    if (typeof specifier === 'string') found.push({ specifier, isTypeOnly });
  };
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => note(source, importKind === 'type'),
    ExportNamedDeclaration: ({ source, exportKind }) => note(source, exportKind === 'type'),
    ExportAllDeclaration: ({ source, exportKind }) => note(source, exportKind === 'type'),
    ImportExpression: ({ source }) => note(source, false),
    TSImportType: ({ source }) => note(source, true),
  }).visit(program);
  return found.map(({ specifier, isTypeOnly }) => ({
    file,
    specifier: specifier as string,
    target: targetOf(file, specifier as string),
    isTypeOnly,
  }));
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('.'))
    return relative(root, resolve(root, dirname(file), specifier.replace(/\?.*$/, '')));
  const member = members.find(
    ({ manifest: { name } }) => specifier === name || specifier.startsWith(`${name}/`),
  );
  if (!member) return specifier;
  const { name, exports = {} } = member.manifest;
  return join(member.folder, exportedFile(`.${specifier.slice(name.length)}`, exports) ?? 'no such export');
}

function exportedFile(subpath: string, exports: NonNullable<Manifest['exports']>): string | undefined {
  for (const [key, entry] of Object.entries(exports)) {
    const file = typeof entry === 'string' ? entry : entry.default;
    const [before = '', after] = key.split('*');
    if (key === subpath) return file;
    if (after !== undefined && subpath.startsWith(before))
      return file.replace('*', subpath.slice(before.length));
  }
  return undefined;
}

/** Every import of every source file. */
export const allImports: readonly Import[] = sources.flatMap((file) => importsOf(file, read(file)));
