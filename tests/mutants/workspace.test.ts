import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Mutant } from './mutant.ts';
import { openWorkspace, root } from './workspace.ts';

const file = 'services/orders/src/use-cases/settle-order.ts';
const find = "if (order.status !== 'pending') return;";
const mutant: Mutant = { id: 'bug', edits: [{ file, find, replace: '' }], caughtBy: [], why: 'It matters.' };

it('plants a bug in its own copy alone, takes it out again, and leaves nothing behind', () => {
  const source = readFileSync(join(root, file), 'utf8');
  const workspace = openWorkspace();
  try {
    const cure = workspace.plant(mutant);
    expect(workspace.read(file)).toBe(source.replace(find, ''));
    expect(readFileSync(join(root, file), 'utf8')).toBe(source);
    cure();
    expect(workspace.read(file)).toBe(source);
    expect(existsSync(join(workspace.folder, 'node_modules/.bin/vitest'))).toBe(true);
  } finally {
    workspace.close();
  }
  expect(existsSync(workspace.folder)).toBe(false);
  expect(readFileSync(join(root, 'package.json'), 'utf8')).toContain('test:mutants');
});
