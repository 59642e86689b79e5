import type { MeterProvider } from '@opentelemetry/api';
import type { Registry } from 'prom-client';

/**
 * Registers the metrics of this thread with OpenTelemetry, under the names of its semantic conventions (nodejs.eventloop.*,
 * v8js.*) and loopdet.*. Needs `@opentelemetry/api`. Something is measured only while the thread is recorded.
 * @param options `meterProvider`: the global one if not said
 * @returns ends it
 * @throws with code ERR_LOOPDET_PEER: the package is not installed
 */
export function openTelemetry(options?: { meterProvider?: MeterProvider }): () => void;

/**
 * Registers the metrics of this thread with prom-client, under its names (nodejs_eventloop_lag_*) and loopdet_*; those that
 * `collectDefaultMetrics` has registered stay that one's. Needs `prom-client`.
 * @param options `register`: prom-client's own registry if not said
 * @returns ends it
 * @throws with code ERR_LOOPDET_PEER: the package is not installed
 */
export function prometheus(options?: { register?: Registry }): () => void;
