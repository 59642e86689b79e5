/** One way to start Node. All but the first are compared with it, bare Node. */
export interface Arm {
  name: string;
  title: string;
  /** Whose it is: bare Node's, this package's with some setting, or somebody else's. */
  kind: 'bare' | 'ours' | 'peer';
  /** Takes part in every so manieth round: what has limits in each, what is only compared in fewer. */
  every: number;
  execArgv: (root: string, workspace: string) => string[];
  env: Record<string, string>;
  /** Its preload file can show that it works: see preload/prove.js. */
  provable?: boolean;
  /** The package of peers/package.json without which it cannot be measured. */
  package?: string;
}

/** What one slice measured, by figure name. A figure that a Node version lacks is left out. */
export type Figures = Record<string, number>;

export interface Figure {
  title: string;
  unit: string;
  digits: number;
  /** How an arm is compared first; both ratio and difference are kept in the JSON. */
  compare: 'ratio' | 'difference' | 'value';
  /**
   * What disturbances on the machine do to it, if they can only make it worse. Then the undisturbed quartiles of all slices
   * are compared, and else the slices of each turn.
   */
  noise?: 'lowers' | 'raises';
}

/** A limit that the project set itself, against bare Node. Exactly one of the bounds is given. */
export interface Limit {
  figure: string;
  arm: string;
  ratioAtLeast?: number;
  ratioAtMost?: number;
  differenceAtMost?: number;
  valueAtMost?: number;
  valueAtLeast?: number;
  /** Of valueAtMost: the worst round counts and not the median. */
  everyRound?: boolean;
  /**
   * The figure is an arm's own account of its cost, in %; that of the other figure, by its ratio, is within so many points.
   * `beside`: the arm that costs what it cannot count.
   */
  explains?: { figure: string; within: number; beside: string };
}

/** One arm, started and warmed up, ready to be measured slice by slice. */
export interface Subject {
  slice(): Promise<Figures>;
  close(): Promise<void> | void;
  /** The process that has to stand still while others are measured, if one lasts. */
  started?: import('./processes').Started;
}

export interface Workload {
  name: string;
  title: string;
  /** Needs fastify from test/bench/node_modules. */
  packages: boolean;
  /** Needs a package of test/bench/peers/node_modules. */
  peers?: boolean;
  /** What other processes do at the same time falsifies its figures. */
  sensitive: boolean;
  /** Its programs only wait: all arms are measured at the same time and not in turns. */
  together?: boolean;
  rounds: number;
  /** Slices per arm and round. */
  turns: number;
  /** Names of arms, bare first. */
  arms: string[];
  /** The table that has them, if it is not lib/arms.js. */
  armTable?: Arm[];
  /** The first is the one of the overview. */
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

/** Each arm measured once, and bare Node between them. */
export interface Turn {
  /** CPU time that others used meanwhile, in cores. */
  foreignCores: number;
  kept: boolean;
  /** In the order in which they were taken. */
  slices: { arm: string; figures: Figures }[];
}

/** One life of all its arms. */
export interface Round {
  turns: Turn[];
}

export interface FigureSummary {
  base: Spread;
  arm: Spread;
  ratio: Spread | null;
  difference: Spread;
}

export interface ArmResult {
  arm: string;
  /** Rounds it took part in. */
  rounds: number;
  /** Turns that are used of a round, at most. */
  turns: number;
  /** False when too few turns of a round were quiet, so that disturbed ones had to be used. */
  quiet: boolean;
  summary: Record<string, FigureSummary>;
}

/** What a workload gave. */
export interface Measured {
  arms: ArmResult[];
  rounds: Round[];
  /** Arms that were not measured, and why. */
  missing: Record<string, string>;
}

export interface WorkloadResult extends Measured {
  workload: string;
  nodeVersion: string;
  date: string;
  machine: Machine;
  /** SHA-256 of the compiled addon, first 12 digits, or null without one. */
  addon: string | null;
  /** What a peer showed before it was measured, and its version. */
  proofs: Record<string, string>;
}

export interface Machine {
  cpu: string;
  cpus: number;
  memoryBytes: number;
  kernel: string;
  pinned: boolean;
}
