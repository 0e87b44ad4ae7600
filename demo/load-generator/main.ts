import { once } from 'node:events';
import { z } from 'zod';
import { untilShopOpens, watchCatalogue } from './catalogue.ts';
import { createControlServer } from './control-server.ts';
import { Generator } from './generator.ts';
import { Seconds } from './seconds.ts';
import { createShopClient } from './shop-client.ts';
import { maxRatePerSecond } from './stats.ts';

const perSecond = z.coerce.number().min(0).max(maxRatePerSecond);
const config = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int(),
    /** `host:port`, comma-separated: what this server is called besides 127.0.0.1 and localhost. */
    ALSO_KNOWN_AS: z.string().default(''),
    ORDERS_URL: z.url(),
    INVENTORY_URL: z.url(),
    ORDERS_PER_SECOND: perSecond.default(5),
    READS_PER_SECOND: perSecond.default(0),
  })
  .parse(process.env);

const orders = createShopClient(config.ORDERS_URL);
const generator = new Generator(orders);
const server = createControlServer({
  generator,
  seconds: new Seconds(generator),
  port: config.PORT,
  alsoKnownAs: config.ALSO_KNOWN_AS.split(',').filter(Boolean),
});
server.listen(config.PORT, config.HOST);
await once(server, 'listening');
process.once('SIGTERM', () => process.exit(0));

generator.setRate({ ordersPerSecond: config.ORDERS_PER_SECOND, readsPerSecond: config.READS_PER_SECOND });
const inventory = createShopClient(config.INVENTORY_URL);
generator.offer(await untilShopOpens(orders, inventory));
watchCatalogue(inventory, (skus) => generator.offer(skus));
