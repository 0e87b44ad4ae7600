import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, complaintsOf, edge, launchBrowser } from './browser.ts';
import { openStubbedRoom, type StubbedRoom } from './open-room.ts';

const port = 15_720;
const sizes = [
  ['a phone', 380, 800],
  ['a laptop', 1440, 900],
  ['a projector', 1920, 1080],
] as const;

/** Collects layout shifts that no input caused, by the class of what moved. */
const recordShifts = `
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries())
      for (const { node } of sources) shifts.push(String(node?.className?.baseVal ?? node?.className ?? node?.data));
  }).observe({ type: 'layout-shift' });
`;

describe.skipIf(!chromiumPath)('the control room in a browser', () => {
  let browser: Browser;
  let stubbed: StubbedRoom;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    stubbed = await openStubbedRoom(port);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    complaints = complaintsOf(page);
  });
  afterEach(async () => {
    await page.close();
    await stubbed.close();
  });

  const open = async () => {
    await page.goto(stubbed.room.url);
    await page.locator('.order-row .chip').first().waitFor();
    await edge(page, 'orders->recommendation', 'closed').waitFor();
  };

  it('shows a dash where nobody has reported a number', async () => {
    await stubbed.system.supervisor.kill('load-generator');
    await page.goto(stubbed.room.url);
    await edge(page, 'orders->inventory', 'closed').waitFor();
    await expect.poll(() => page.locator('.vitals dd').allTextContents()).toEqual(['–', '–', '–', '–', '–']);
    expect(await page.locator('[data-edge="load-generator->orders"] .edge-rate').textContent()).toContain(
      '–',
    );
    expect(complaints).toEqual([]);
  });

  it('kills by keyboard alone', async () => {
    await open();
    await page.locator('[data-node="recommendation"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-target="recommendation"][data-selected="true"] .kill').focus();
    await page.keyboard.press('Enter');
    await edge(page, 'orders->recommendation', 'open').waitFor();
    expect(stubbed.actions).toContain('kill');
  });

  it('walks through its tabs and its tour by keyboard', async () => {
    await open();
    await page.keyboard.press('3');
    await page.locator('[data-scenario="recommendation-killed"]').waitFor();
    await page.keyboard.press('t');
    for (const _step of [1, 2, 3, 4]) await page.getByRole('button', { name: 'Next' }).press('Enter');
    expect(await page.locator('.tour').textContent()).toContain('5 of 5');
    await page.keyboard.press('Escape');
    await page.locator('.tour').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('shows why an action was rejected', async () => {
    await open();
    await page.route('**/api/nodes/**', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: '{"detail":"runs elsewhere"}',
      }),
    );
    await page.locator('[data-target="redis"] .kill').click();
    await page.getByText('runs elsewhere').waitFor();
  });

  it('opens an order that was refused, and says why it was', async () => {
    await open();
    await stubbed.system.supervisor.kill('postgres');
    const refused = page.locator('.order-row').filter({ has: page.locator('[data-quality="refused"]') });
    await refused.first().click();
    await page.locator('.story').getByText('never got an order number: database-unavailable').waitFor();
    expect(await page.locator('.order-row[aria-pressed="true"]').count()).toBeGreaterThan(0);
  });

  it('turns a protection off in the flags file', async () => {
    await open();
    await page.keyboard.press('2');
    await page.locator('[data-flag="protection.breaker"] input').click();
    await page.locator('[data-flag="protection.breaker"][data-off="true"]').waitFor();
    expect(stubbed.actions).toContain('breaker off');
  });

  it('reconnects when the room is restarted, with the new token', async () => {
    await open();
    await stubbed.close();
    await page.locator('[data-link="lost"]').waitFor();
    stubbed = await openStubbedRoom(port);
    await page.locator('[data-link="live"]').waitFor();
    await page.locator('[data-target="recommendation"] .kill').click();
    await edge(page, 'orders->recommendation', 'open').waitFor();
  });

  it('shifts nothing at 1,000 orders a second, whatever breaks meanwhile', async () => {
    stubbed.system.setRate(1000);
    await open();
    await page.evaluate(recordShifts);
    await stubbed.system.supervisor.kill('recommendation');
    await page.waitForTimeout(1500);
    await stubbed.system.supervisor.kill('inventory');
    await page.waitForTimeout(1500);
    expect(await page.evaluate('shifts')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each(sizes)('fits %s, dark and light, without scrolling sideways', async (_name, width, height) => {
    await page.setViewportSize({ width, height });
    await open();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow).toBeLessThanOrEqual(0);
    }
    expect(await page.locator('svg[data-geometry]').getAttribute('data-geometry')).toBe(
      width < 720 ? 'narrow' : 'wide',
    );
  });
});
