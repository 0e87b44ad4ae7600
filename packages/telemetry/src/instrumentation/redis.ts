import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
  isWrapped,
} from '@opentelemetry/instrumentation';

interface Command {
  readonly name: string;
  readonly inTransaction?: boolean;
  readonly pipelineIndex?: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}
type Patched = (this: Client, ...args: unknown[]) => unknown;
interface Client {
  readonly options: { readonly host?: string; readonly port?: number };
}

const versions = ['>=5.0.0 <7'];

/**
 * Client spans of ioredis inside a trace, as `@opentelemetry/instrumentation-ioredis` makes them when the names of
 * commands are all that it may record of a statement: keys may name people.
 */
export class LeanRedis extends InstrumentationBase {
  constructor() {
    super('@ballast/instrumentation-ioredis', '0.1.0', { enabled: false });
  }

  override init(): InstrumentationNodeModuleDefinition {
    const file = new InstrumentationNodeModuleFile(
      'ioredis/built/Redis.js',
      versions,
      (module) => this.patch(module),
      (module) => this.unpatch(module),
    );
    // Seen from an ES module only the files within ioredis are loaded with `require`.
    return new InstrumentationNodeModuleDefinition('ioredis', versions, undefined, undefined, [file]);
  }

  private patch<T>(module: T): T {
    const { prototype } = (module as { default: { prototype: Record<'sendCommand' | 'connect', Patched> } })
      .default;
    if (isWrapped(prototype.sendCommand)) return module;
    const instrumentation = this;
    this._wrap(prototype, 'sendCommand', (sendCommand) => {
      return function tracedSend(...args) {
        if (!trace.getActiveSpan()) return sendCommand.apply(this, args);
        return instrumentation.send(this, sendCommand, args);
      };
    });
    this._wrap(prototype, 'connect', (connect) => {
      return function tracedConnect(...args) {
        if (!trace.getActiveSpan()) return connect.apply(this, args);
        const span = instrumentation.start(this, 'connect', { 'db.query.text': 'connect' });
        return endOnThrow(span, () => {
          const connecting = connect.apply(this, args);
          span.end();
          return connecting;
        });
      };
    });
    return module;
  }

  private unpatch(module: unknown): void {
    const { prototype } = (module as { default: { prototype: Record<'sendCommand' | 'connect', Patched> } })
      .default;
    if (isWrapped(prototype.sendCommand)) this._unwrap(prototype, 'sendCommand');
    if (isWrapped(prototype.connect)) this._unwrap(prototype, 'connect');
  }

  private send(client: Client, sendCommand: Patched, args: unknown[]): unknown {
    const command = args[0] as Command;
    const span = this.start(client, command.name, {
      'db.operation.name': operationOf(command),
      'db.query.text': command.name,
    });
    return endOnThrow(span, () => {
      const result = sendCommand.apply(client, args);
      const { resolve, reject } = command;
      command.resolve = (answer) => {
        span.end();
        resolve(answer);
      };
      command.reject = (error) => {
        fail(span, error);
        reject(error);
      };
      return result;
    });
  }

  private start({ options }: Client, name: string, attributes: Attributes): Span {
    const server = { 'db.system.name': 'redis', 'server.address': options.host, 'server.port': options.port };
    return this.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: { ...server, ...attributes } });
  }
}

function operationOf({ name, inTransaction, pipelineIndex }: Command): string {
  if (name === 'multi' || name === 'exec') return name;
  if (inTransaction) return `MULTI ${name}`;
  return pipelineIndex === undefined || pipelineIndex === null ? name : `PIPELINE ${name}`;
}

function endOnThrow<T>(span: Span, run: () => T): T {
  try {
    return run();
  } catch (error) {
    fail(span, error as Error);
    throw error;
  }
}

function fail(span: Span, error: Error): void {
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  span.end();
}
