import { expect, it } from 'vitest';
import { runProgram } from './program.ts';

const cwd = import.meta.dirname;

it('gives what a program has printed, and how it ended', async () => {
  const script = 'console.log("some"); console.error("more"); process.exitCode = 3;';
  const run = await runProgram([process.execPath, '-e', script], { cwd, withinMs: 30_000 });
  expect(run).toEqual({ exitCode: 3, output: 'some\nmore\n' });
});

it('ends a program that takes too long, with what it has started', async () => {
  const child = 'process.stdout.write("the child lives"); setInterval(() => {}, 1000);';
  const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
    setInterval(() => {}, 1000);`;
  // It would not end at all if the child lived on, because the child holds the same output open.
  const run = await runProgram([process.execPath, '-e', script], { cwd, withinMs: 2000 });
  expect(run.exitCode).toBeNull();
});
