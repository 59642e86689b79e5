/** Times are milliseconds of CLOCK_MONOTONIC, which is the same in every process of the machine. */

/** What the program asks of the process beside it. */
export interface Request {
  action: 'stop' | 'starve' | 'throttle' | 'write';
  ms: number;
  /** The action begins so much later. */
  delayMs?: number;
}

/** How a kind of block tells when it lasts. */
export interface Block {
  begin(): void;
  end(): void;
  /** The program cannot know: the process beside it does. */
  elsewhere(): void;
  over(): void;
}

/** What a kind of block may use of the program. */
export interface Program {
  /** Path of a named pipe. */
  pipe: string;
  ask(request: Request): void;
  onNextRequest(handler: () => void): void;
}

export interface Kind {
  name: string;
  title: string;
  /** What the blocking function itself does: right if neither the machine nor a collection took the time. */
  causes: string[];
  /** The function that blocks, and the one that has it called; null: there is none. */
  blocker: string | null;
  starter: string | null;
  /** What the process beside it must be able to do. */
  needs?: Request['action'];
  /** A report is right, and none is right too. */
  optional?: boolean;
  /** The turn is rightly longer than the block: its duration is shown and not judged. */
  apart?: boolean;
  shortestMs?: number;
  longestMs?: number;
  prepare?(program: Program): void | Promise<void>;
  start(ms: number, block: Block, program: Program): void;
}

/** The truth. */
export interface TrueBlock {
  kind: string;
  wantedMs: number;
  began: number;
  ended: number;
  /** Its thread waited for a CPU within the block, and before and after it, from block to block. */
  waitMs: number;
  aroundMs: number;
  gcMs: number;
  stoppedMs: number;
  throttledMs: number;
}

/** What a tool says. */
export interface Report {
  /** The block lies within, or overlaps, this time. */
  from: number;
  to: number;
  /** How long it was; null: the tool does not say. */
  ms: number | null;
  cause: string | null;
  /** Names of functions in its stack, innermost first. */
  functions: string[];
}

/** A record that was seen outside of the program. */
export interface Early extends Report {
  seen: number;
}

/** A tool that listens outside of the program. */
export interface Listener {
  execArgv: string[];
  env: Record<string, string>;
  onLine?(line: string, at: number): void;
  reports(): Report[];
  /** Records that may have been there while the block still lasted. */
  early(): Early[];
  close(): void | Promise<void>;
}

export interface Tool {
  name: string;
  title: string;
  thresholdMs: number;
  tellsDuration: boolean;
  tellsCause: boolean;
  /** Whom its stacks name. */
  names: 'blocker' | 'starter' | null;
  tellsEarly: boolean;
  /** The peer's package. */
  package?: string;
  note?: string;
  /** Runs inside of the program, before it; gives what is to be called at its end. */
  inside?(report: (report: Report) => void): unknown;
  /** Listens outside. */
  listen?(root: string): Promise<Listener> | Listener;
}

/** One run of the program with one tool. */
export interface Run {
  began: number;
  ended: number;
  blocks: TrueBlock[];
  reports: Report[];
  early: Early[];
  /** Between two blocks: what the program's thread waited for a CPU. */
  gaps: { from: number; to: number; waitMs: number }[];
  /** The process on the other CPU stood still: the machine did. */
  pauses: { from: number; to: number }[];
  collections: { from: number; to: number }[];
}

export interface JudgedRow {
  block: TrueBlock;
  kind: Kind;
  report: Report | null;
  length: number;
  /** It must be reported. */
  due: boolean;
  error: number | null;
  errorOfTool: number | null;
  causeRight: boolean | null;
  named: boolean | null;
  /** The first record was seen so long after the block's begin, and before its end. */
  earlyAfter: number | null;
}

export interface Judged {
  rows: JudgedRow[];
  again: Report[];
  falseReports: Report[];
  excused: { report: Report; excuse: string | null }[];
}
