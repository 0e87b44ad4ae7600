import type { CDPSession } from 'playwright-core';
import { chromiumPath, launchBrowser } from './browser.ts';
import { startRunningDemo } from './running-demo.ts';

/** Measures what the page costs in a browser: `node tests/control-room/page-cost.ts [minutes]`. */

const minutes = Number(process.argv[2] ?? 10);
const portBase = 15_780;
const ordersPerSecond = 200;

type Processes = { processInfo: { type: string; cpuTime: number }[] };
type Metrics = { metrics: { name: string; value: number }[] };

/** Seconds of CPU by kind of process. Without a graphics card the GPU process paints in software. */
async function cpuSeconds(browser: CDPSession): Promise<Record<string, number>> {
  const { processInfo } = (await browser.send('SystemInfo.getProcessInfo')) as Processes;
  const seconds: Record<string, number> = {};
  for (const { type, cpuTime } of processInfo) seconds[type] = (seconds[type] ?? 0) + cpuTime;
  return seconds;
}

/** Measured after a collection, so that garbage does not count. */
async function heapMegabytes(page: CDPSession): Promise<number> {
  await page.send('HeapProfiler.collectGarbage');
  const { metrics } = (await page.send('Performance.getMetrics')) as Metrics;
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN) / 1e6;
}

if (!chromiumPath) throw new Error('no Chromium here: set CHROMIUM_PATH');
const demo = await startRunningDemo(portBase, ordersPerSecond);
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(demo.url);
  await page.locator('.order-row .chip').first().waitFor();
  const ofPage = await page.context().newCDPSession(page);
  const ofBrowser = await browser.newBrowserCDPSession();
  await ofPage.send('Performance.enable');
  console.log(`${ordersPerSecond} orders/s, 1440 x 900; share of one core in each minute, heap at its end`);
  let before = await cpuSeconds(ofBrowser);
  for (let minute = 1; minute <= minutes; minute += 1) {
    const begin = performance.now();
    await page.waitForTimeout(60_000);
    const now = await cpuSeconds(ofBrowser);
    const elapsed = (performance.now() - begin) / 1000;
    const shares = Object.entries(now).map(
      ([type, seconds]) => `${type} ${((100 * (seconds - (before[type] ?? 0))) / elapsed).toFixed(1)} %`,
    );
    const heap = (await heapMegabytes(ofPage)).toFixed(1);
    const rate = (await page.locator('.vitals dd').allTextContents())[1];
    console.log(`${minute} min: ${shares.join(', ')}; heap ${heap} mb; ${rate} orders/s accepted`);
    before = now;
  }
} finally {
  await browser.close();
  await demo.close();
}
