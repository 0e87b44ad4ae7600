import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, edge, launchBrowser } from './browser.ts';
import { startRunningDemo } from './running-demo.ts';

/** Makes the pictures of docs/ from the running system: `pnpm screenshots`. */

const folder = resolve(import.meta.dirname, '../../docs/images');
const portBase = 15_770;
const ordersPerSecond = 10;
/** So that the charts have something to show before anything breaks. */
const calmMs = 60_000;
const wide = { width: 1440, height: 900 };
const phone = { width: 380, height: 844 };

async function open(
  browser: Browser,
  url: string,
  viewport: { width: number; height: number },
  colorScheme: 'dark' | 'light',
) {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 2 });
  await page.goto(url);
  await page.locator('.order-row .chip').first().waitFor();
  return page;
}

async function keep(page: Page, name: string, fullPage = false): Promise<void> {
  await page.evaluate('document.activeElement?.blur(), scrollTo(0, 0)');
  await page.screenshot({ path: resolve(folder, `${name}.png`), fullPage, animations: 'disabled' });
}

if (!chromiumPath) throw new Error('no Chromium here: set CHROMIUM_PATH');
mkdirSync(folder, { recursive: true });
const demo = await startRunningDemo(portBase, ordersPerSecond);
const browser = await launchBrowser();
try {
  const dark = await open(browser, demo.url, wide, 'dark');
  await dark.waitForTimeout(calmMs);
  await dark.locator('[data-target="recommendation"] .kill').click();
  await edge(dark, 'orders->recommendation', 'open').waitFor();
  await dark.waitForTimeout(12_000);
  // The list stands still under the pointer, so the order that is picked is the one that is shown.
  await dark.locator('.order-row .chip[data-quality="cached"]').first().click();
  await dark.locator('.waterfall').waitFor();
  await dark.mouse.move(0, 0);
  await keep(dark, 'control-room-dark');
  await keep(dark, 'control-room-whole', true);

  await keep(await open(browser, demo.url, wide, 'light'), 'control-room-light');
  await keep(await open(browser, demo.url, phone, 'dark'), 'control-room-phone');
} finally {
  await browser.close();
  await demo.close();
}
