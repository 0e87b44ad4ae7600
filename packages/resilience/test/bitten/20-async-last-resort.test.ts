import { describe, expect, expectTypeOf, test } from 'vitest';
import { defaultAnswer } from '../../src/index.ts';
import { alone, failWith, guarded } from './fixture.ts';

// A fallback that asks somewhere else.

async function degradedBy(
  answer: (input: unknown) => string | Promise<string>,
  options?: { timeoutMs?: number },
) {
  const { guard, asked, clock } = guarded(alone, { degrade: [defaultAnswer(answer, options)] });
  const outcome = guard.call('a').then(
    (it) => it,
    (error) => error,
  );
  asked[0]?.fail(failWith());
  await clock.advance(5000);
  return outcome;
}

describe('a default answer that is promised', () => {
  test('is waited for', async () => {
    expect(await degradedBy(async (input) => `elsewhere: ${input}`)).toMatchObject({
      value: 'elsewhere: a',
      source: 'default',
    });
  });

  test('has the type of what is promised', () => {
    const step = defaultAnswer(async (id: string) => id.length);
    expectTypeOf(step).toExtend<import('../../src/index.ts').DegradeStep<string, number>>();
  });

  test('that rejects leaves the error of the call', async () => {
    expect(await degradedBy(async () => Promise.reject(new Error('also down')))).toMatchObject({
      message: 'no answer',
    });
  });

  test('that hangs is given up after 100 ms, or timeoutMs', async () => {
    expect(await degradedBy(() => new Promise(() => {}))).toMatchObject({ message: 'no answer' });
    expect(await degradedBy(() => new Promise(() => {}), { timeoutMs: 1000 })).toMatchObject({
      message: 'no answer',
    });
  });

  test('may take as long as timeoutMs says', async () => {
    const { guard, asked, clock } = guarded(alone, {
      degrade: [
        defaultAnswer(() => new Promise<string>((resolve) => clock.setTimer(() => resolve('slow'), 800)), {
          timeoutMs: 1000,
        }),
      ],
    });
    const answer = guard.call('a');
    asked[0]?.fail(failWith());
    await clock.advance(900);
    expect((await answer).value).toBe('slow');
  });

  test('is given the reason, so that it can decide', async () => {
    const { guard, asked } = guarded(alone, {
      degrade: [defaultAnswer((_, reason) => `because of ${(reason.error as Error).message}`)],
    });
    const answer = guard.call('a');
    asked[0]?.fail(failWith());
    expect((await answer).value).toBe('because of no answer');
  });
});
