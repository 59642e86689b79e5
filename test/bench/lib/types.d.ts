/** One way to start Node. Two of them make a pair. */
export interface Arm {
  name: string;
  title: string;
  /** Needs the compiled addon. */
  addon: boolean;
  execArgv: (root: string, workspace: string) => string[];
  env: Record<string, string>;
}

/** What one slice measured, by figure name. A figure that a Node version lacks is left out. */
export type Figures = Record<string, number>;

export interface Figure {
  title: string;
  unit: string;
  digits: number;
  /** How two arms are compared first; both ratio and difference are kept in the JSON. */
  compare: 'ratio' | 'difference' | 'value';
}

/** A limit that the project set itself. Exactly one of the bounds is given. */
export interface Limit {
  figure: string;
  base: string;
  arm: string;
  ratioAtLeast?: number;
  differenceAtMost?: number;
  valueAtMost?: number;
  valueAtLeast?: number;
  /** Of valueAtMost: the worst round counts and not the median. */
  everyRound?: boolean;
}

/** One arm, started and warmed up, ready to be measured slice by slice. */
export interface Subject {
  slice(): Promise<Figures>;
  close(): Promise<void> | void;
}

export interface Workload {
  name: string;
  title: string;
  /** Needs fastify from test/bench/node_modules. */
  packages: boolean;
  /** What other processes do at the same time falsifies its figures. */
  sensitive: boolean;
  rounds: number;
  /** Slices per arm and round, taken in turns A B A B. */
  slices: number;
  pairs: [string, string][];
  /** The table that the pairs name, if it is not lib/arms.js. */
  arms?: Arm[];
  figures: Record<string, Figure>;
  limits: Limit[];
  notes?: string[];
  open(arm: Arm, context: Context): Promise<Subject>;
}

export interface Context {
  /** The Node binary under test. */
  node: string;
  /** The repository's root, what `--require` loads. */
  root: string;
  /** A folder that is removed at the end. */
  workspace: string;
  processes: InstanceType<typeof import('./processes')['Processes']>;
  /** Sends HTTP load from a process of its own. */
  load: InstanceType<typeof import('./load')['Load']>;
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface PairRound {
  base: Figures;
  arm: Figures;
  baseSlices: Figures[];
  armSlices: Figures[];
  /** CPU time that others used meanwhile, in cores. */
  foreignCores: number;
  kept: boolean;
}

export interface FigureSummary {
  base: Spread;
  arm: Spread;
  ratio: Spread | null;
  difference: Spread;
}

export interface PairResult {
  base: string;
  arm: string;
  /** False when too few rounds were quiet, so that disturbed ones had to be used. */
  quiet: boolean;
  rounds: PairRound[];
  summary: Record<string, FigureSummary>;
}

export interface WorkloadResult {
  workload: string;
  nodeVersion: string;
  date: string;
  machine: Machine;
  /** SHA-256 of the compiled addon, first 12 digits, or null without one. */
  addon: string | null;
  /** Version of node-loop-detective, where it was measured. */
  detective?: string;
  pairs: PairResult[];
}

export interface Machine {
  cpu: string;
  cpus: number;
  memoryBytes: number;
  kernel: string;
  pinned: boolean;
}
