import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, complaintsOf, edge, launchBrowser } from './browser.ts';
import { type RunningDemo, startRunningDemo } from './running-demo.ts';

/** Long, because the machine may be busy and no time is measured here. */
const soon = { timeout: 30_000 };

describe.skipIf(!chromiumPath)('a user with a browser and the whole system', () => {
  let browser: Browser;
  let demo: RunningDemo;
  let page: Page;

  beforeAll(async () => {
    demo = await startRunningDemo(15_730, 5);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  /** Answers of before scroll out of the list; only then is one that is seen an effect of what is done next. */
  const untilNone = (what: Locator) => expect.poll(() => what.count(), soon).toBe(0);

  const orders = (quality: string) => page.locator(`.order-row .chip[data-quality="${quality}"]`);

  it('kills recommendation by its button, sees the breaker open and orders go on, and starts it again', async () => {
    const complaints = complaintsOf(page);
    await page.goto(demo.url);
    await edge(page, 'orders->recommendation', 'closed').waitFor(soon);
    await orders('live').first().waitFor(soon);
    const degraded = orders('cached').or(orders('default'));
    await untilNone(degraded);

    await page.locator('[data-target="recommendation"] .kill').click();
    await page.locator('[data-node="recommendation"][data-health="down"]').waitFor(soon);
    await edge(page, 'orders->recommendation', 'open').waitFor(soon);
    await degraded.first().waitFor(soon);
    expect(await orders('failed').count()).toBe(0);
    expect(await page.locator('.sentence').textContent()).toContain('Recommendation is down');

    await untilNone(orders('live'));
    await page.locator('[data-target="recommendation"] .start').click();
    await edge(page, 'orders->recommendation', 'closed').waitFor(soon);
    await orders('live').first().waitFor(soon);
    expect(complaints).toEqual([]);
  });

  it('reads the story of an order: who was asked, and what was decided', async () => {
    await orders('live').first().click();
    const story = page.locator('.waterfall');
    await story
      .getByText(/attempt 1 answered/)
      .first()
      .waitFor(soon);
    expect(await story.locator('.who').allTextContents()).toEqual(
      expect.arrayContaining(['inventory', 'recommendation']),
    );
  });

  it('switches recommendations off and sees orders confirmed without them', async () => {
    expect(await orders('disabled').count()).toBe(0);
    await page.keyboard.press('2');
    await page.locator('[data-flag="feature.recommendations"] input').click();
    await orders('disabled').first().waitFor(soon);
    await untilNone(orders('live'));
    await page.getByRole('button', { name: 'Everything on' }).click();
    await orders('live').first().waitFor(soon);
  });
});
