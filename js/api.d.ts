/** One JavaScript frame; line and column count from 1. */
export interface StackEntry {
  functionName: string;
  url: string;
  line: number;
  column: number;
}

/** Why a turn of the loop took long. */
export type Cause =
  | 'js'
  | 'gc'
  | 'syscall'
  | 'native'
  | 'starved'
  | 'throttled'
  | 'stopped'
  | 'unknown';

interface EventBase {
  /** ISO 8601, UTC. Of a lag: when the turn began. */
  time: string;
  pid: number;
  /** 0 is the main thread. */
  threadId: number;
}

/** A turn of the loop that was busy for longer than LOOPDET_LAG_THRESHOLD_MS. */
export interface LagEvent extends EventBase {
  event: 'lag';
  durationMs: number;
  cause: Cause;
  /** The stack seen most often; empty if none was. Innermost frame first. */
  stack: StackEntry[];
  /** The system call in which a block inside one native call sat. */
  syscall?: { name: string; target?: string };
  /** The native functions that ran, innermost first. */
  native?: string[];
  /** Synchronous operations that were seen to block. */
  io?: BlockingOperation[];
}

/** A turn that is still busy. Subscribers hear of it when it is over; LOOPDET_LOG and the stall file do not wait. */
export interface StallEvent extends Omit<LagEvent, 'event' | 'durationMs'> {
  event: 'stall';
  sinceMs: number;
}

/** An operation in which the loop stood still. */
export interface BlockingOperation {
  kind: IoKind;
  target: string;
  method?: string;
  startTime: string;
  durationMs: number;
}

export type IoKind = 'http' | 'fetch' | 'dns' | 'tcp' | 'tls' | 'fs' | 'child' | 'server' | 'pool';

/** An operation that took longer than LOOPDET_IO_THRESHOLD_MS. It comes when the loop turns after its end. */
export interface SlowIoEvent extends EventBase {
  event: 'slow-io';
  kind: IoKind;
  /** "GET host/path", host:port, a host name, a path, a program; without query, fragment and credentials. */
  target: string;
  method?: string;
  /** An HTTP status, an exit code or the name of a signal. */
  status?: number | string;
  /** The code of the error it ended with. */
  error?: string;
  startTime: string;
  durationMs: number;
  /** Of an HTTP request: from its begin to the answer's headers. */
  firstByteMs?: number;
  /** Who began it, innermost first; empty for inbound requests and the thread pool. */
  stack: StackEntry[];
  /** The stack is of another operation on the same target: too many began at once to note each. */
  sharedStack?: true;
}

/** A file was written. */
export interface FileEvent extends EventBase {
  event: 'crash' | 'profile' | 'heap';
  file: string;
  /** Of a crash file. */
  kind?: string;
}

/** A collection that lasted for lagThresholdMs or longer. */
export interface GcEvent extends EventBase {
  event: 'gc';
  kind: string;
  durationMs: number;
}

/** Once a second, while somebody listens. Bytes. */
export interface MemoryEvent extends EventBase {
  event: 'memory';
  rss: number;
  heapUsed: number;
  /** V8's limit of the heap. */
  limit: number;
}

export interface WarningEvent extends EventBase {
  event: 'warning';
  code: string;
  message: string;
}

/** Durations of the loop's turns, in milliseconds. */
export interface Histogram {
  count: number;
  minMs: number;
  maxMs: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
}

/** Options that win over the environment; what is not given comes from there. See the README's table. */
export interface Options {
  enabled?: boolean;
  directory?: string;
  quiet?: boolean;
  log?: 'off' | 'text' | 'json';
  /** A Unix socket on which somebody listens to live events. */
  events?: string;
  summaryS?: number;
  summaryRepeat?: boolean;
  summaryHeap?: string;
  lagThresholdMs?: number;
  stallSampleMs?: number;
  /** Words of LOOPDET_IO separated by commas, or 'off'. */
  io?: string;
  ioThresholdMs?: number;
  capture?: 'throw' | 'always' | 'stack' | 'off';
  captureMaxMs?: number;
  captureDepth?: number;
  captureMaxBytes?: number;
  profile?: boolean;
  profileIntervalMs?: number;
  profileWindowS?: number;
  heapSignal?: string;
  redact?: boolean;
  redactNames?: string;
  redactSources?: boolean;
  report?: string;
  filesPerHour?: number;
  env?: 'off' | 'names' | 'all';
  oom?: 'report' | 'snapshot' | 'off';
  blackbox?: boolean | 'keep';
  blackboxMegabytes?: number;
  keepFiles?: number;
  keepMegabytes?: number;
}

/**
 * Starts to record in this thread.
 * @returns false when LOOPDET_ENABLED is off, or recording has started already
 * @throws with a code ERR_LOOPDET_*: nothing was started
 */
export function start(options?: Options): boolean;

/**
 * Ends what start() began: every function, listener, signal handler and hook is what it was before, and the black box goes.
 * Only the code stays loaded. start() may be called again.
 * @returns false when this thread was not recorded
 */
export function stop(): boolean;

/** Whether this thread is recorded. */
export function active(): boolean;

/** The loop's turns so far; null when this thread is not recorded. */
export function histogram(): Histogram | null;

/**
 * Writes a heap snapshot of this thread into LOOPDET_DIR; the thread stands still meanwhile.
 * @returns the file, or null after one line on stderr that says why not
 */
export function heapSnapshot(): string | null;

/**
 * Notes in the black box what the program is doing (no system call, no copy in JavaScript's memory). `value` is kept as JSON
 * and must not be secret; what is longer than the box has room for is cut.
 * @returns false when this thread is not recorded or has no black box
 * @throws with code ERR_LOOPDET_NOTE_KEY: the key is no string
 */
export function note(key: string, value: unknown): boolean;

/**
 * Writes what is known of this thread now, a crash file of kind manual, into LOOPDET_DIR.
 * @param reason a sentence, which the file has
 * @returns the file, or null when this thread is not recorded, or after one line on stderr that says why not
 */
export function report(reason?: string): string | null;

/** What a thread has done so far. */
export interface Stats {
  histogram: Histogram;
  gc: { count: number; totalMs: number; byKind: Record<string, unknown> };
  /** null with LOOPDET_IO=off. */
  threadPool: { size: number; queueDelayMs: number; saturatedMs: number } | null;
  /** Operations under way. */
  inFlight: number;
  /** What our hooks in the loop have taken so far; the same as in `overhead`. */
  hooksMs: number;
  overhead: Overhead;
}

/** What recording has taken of the process's time since its start, measured by itself. */
export interface Overhead {
  /** Before and after each wait of the loops. */
  hooksMs: number;
  /** Stacks of a blocked loop. */
  samplesMs: number;
  /** Begins and ends of operations. */
  ioMs: number;
  /** Captures, events, profiles: in the program's threads. */
  workMs: number;
  /** V8's CPU profiler: its own thread, and what its samples take of the program's. */
  profilerMs: number;
  monitorMs: number;
  totalMs: number;
  /** Of one core, in the last ten seconds; see LOOPDET_MAX_OVERHEAD. */
  share: number;
  /** So many times rarer than asked for samples are taken now. */
  slower: number;
}

/** null when this thread is not recorded. */
export function stats(): Stats | null;

/**
 * A CPU profile of the time from now on (10 seconds if not said), beside the rolling one.
 * @returns as a .cpuprofile file has it
 * @throws as a rejection with a code ERR_LOOPDET_*
 */
export function profile(options?: { ms?: number }): Promise<{
  nodes: object[];
  startTime: number;
  endTime: number;
  samples: number[];
  timeDeltas: number[];
}>;

export function on(event: 'lag', listener: (event: LagEvent) => void): void;
export function on(event: 'stall', listener: (event: StallEvent) => void): void;
export function on(event: 'slow-io' | 'slowIO', listener: (event: SlowIoEvent) => void): void;
export function on(event: 'gc', listener: (event: GcEvent) => void): void;
export function on(event: 'memory', listener: (event: MemoryEvent) => void): void;
export function on(event: 'crash' | 'profile' | 'heap', listener: (event: FileEvent) => void): void;
export function on(event: 'warning', listener: (event: WarningEvent) => void): void;
export function off(event: string, listener: (event: never) => void): void;

/** Exactly one of pid, port and program is needed; pid and port may be given together. */
export interface DetectiveOptions {
  /** A process that runs already. It needs nothing of this package. */
  pid?: number;
  /** Of its inspector, if that is open; otherwise SIGUSR1 opens it for a moment. */
  host?: string;
  port?: number;
  /** Only this thread; 0 is the main thread. */
  thread?: number;
  /** A program that is to be started, with its arguments: a script, or a command that runs Node. */
  program?: string[];
  /** How long; until stop() if not said. */
  seconds?: number;
  /** A report of each such time, until stop(). */
  repeats?: boolean;
  lagThresholdMs?: number;
  ioThresholdMs?: number;
  /** What the report says of the heap. */
  heap?: 'stats' | 'snapshot' | 'stats,snapshot';
  /** For a loop that stands in a call into the system; 30 if not said. */
  waitSeconds?: number;
  directory?: string;
}

/** The process has ended, as far as is known how. */
export interface TargetExitEvent {
  event: 'targetExit';
  pid: number | null;
  code: number | null;
  signal: string | null;
  crash: { file: string; kind: string } | null;
}

/** See schema/report.schema.json. */
export type Report = Record<string, unknown>;

/** Watches another process, as `loopdet attach` and `loopdet run` do. */
export class Detective {
  /** @throws with code ERR_LOOPDET_WHOM */
  constructor(options: DetectiveOptions);
  /** @returns the process's number once it is watched; rejected if it cannot be, and then nothing was changed */
  start(): Promise<number>;
  /** Ends it: what ran already goes on as it was, what was started is ended (SIGTERM). @returns the report */
  stop(): Promise<Report>;
  /** @returns the report, when the time is over or the process has ended */
  done(): Promise<Report>;
  on(event: 'lag', listener: (event: LagEvent) => void): this;
  on(event: 'stall', listener: (event: StallEvent) => void): this;
  on(event: 'slowIO', listener: (event: SlowIoEvent) => void): this;
  on(event: 'gc', listener: (event: GcEvent) => void): this;
  on(event: 'memory', listener: (event: MemoryEvent) => void): this;
  on(event: 'crash' | 'profile' | 'heap', listener: (event: FileEvent) => void): this;
  on(event: 'warning', listener: (event: WarningEvent) => void): this;
  on(event: 'targetExit', listener: (event: TargetExitEvent) => void): this;
  on(event: 'report', listener: (report: Report) => void): this;
  off(event: string, listener: (event: never) => void): this;
}
