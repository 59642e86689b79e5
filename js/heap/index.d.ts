/** A node of the heap. Sizes in bytes, as Chrome DevTools' Memory panel counts them. */
export interface HeapNode {
  id: number;
  name: string;
  type: string;
  class?: string;
  self: number;
  /** What would be freed with it. */
  retained: number;
  /** Steps from the program's globals; 100000000 and more: of the system; -5: nothing leads to it. */
  distance: number;
  detached?: true;
}

export interface HeapEdge {
  type: string;
  name: string;
  node: HeapNode;
}

export interface HeapClass {
  name: string;
  /** The same in other snapshots: "script,line,column,name" of a constructor whose place is known, or ",name". */
  key: string;
  count: number;
  self: number;
  retained: number;
  distance: number;
}

export interface HeapSummary {
  fileBytes: number;
  nodes: number;
  edges: number;
  strings: number;
  totalSize: number;
  statistics: Record<string, number>;
  byType: { type: string; count: number; self: number }[];
  largest: HeapNode[];
  /** What looks like a leak, and why. */
  suspects: ({
    kind: 'holder' | 'class' | 'detached' | 'strings';
    why: string;
    share: number;
  } & Record<string, unknown>)[];
}

export interface HeapDifference {
  name: string;
  key: string;
  addedCount: number;
  removedCount: number;
  countDelta: number;
  addedSize: number;
  removedSize: number;
  sizeDelta: number;
}

/** An open snapshot; close() gives its memory back. Everything is worked out beside the program's threads. */
export class HeapSnapshot {
  /** Not for you: openHeapSnapshot makes one. */
  constructor(file: string, number: number);
  readonly file: string;
  summary(): Promise<HeapSummary>;
  classes(options?: {
    order?: 'count' | 'self' | 'retained';
    filter?: RegExp;
  }): Promise<HeapClass[]>;
  /** @throws as a rejection, with code ERR_LOOPDET_HEAP_CLASS */
  instances(
    name: string,
    options?: { limit?: number },
  ): Promise<{ name: string; key: string; count: number; instances: HeapNode[] }>;
  inspect(
    id: number,
    options?: { limit?: number },
  ): Promise<{ node: HeapNode; dominator: HeapNode; fieldCount: number; fields: HeapEdge[] }>;
  refs(
    id: number,
    options?: { limit?: number },
  ): Promise<{ node: HeapNode; refCount: number; refs: HeapEdge[] }>;
  path(id: number): Promise<{ path: { node: HeapNode; edge?: string; type?: string }[] }>;
  dominators(
    id?: number,
    options?: { limit?: number },
  ): Promise<{ node: HeapNode; chain: HeapNode[]; childCount: number; children: HeapNode[] }>;
  strings(options?: { limit?: number }): Promise<{
    groups: number;
    waste: number;
    strings: {
      value: string;
      count: number;
      length: number;
      self: number;
      waste: number;
      ids: number[];
    }[];
  }>;
  contexts(options?: { limit?: number }): Promise<{
    count: number;
    contexts: { node: HeapNode; closures: HeapNode[]; variables: HeapEdge[] }[];
  }>;
  /** With a later snapshot of the same process, as Chrome DevTools compares. */
  compare(later: HeapSnapshot): Promise<HeapDifference[]>;
  /** What has come between this one and the second, and is still there in the third. */
  keptSince(
    second: HeapSnapshot,
    third: HeapSnapshot,
  ): Promise<{ name: string; key: string; count: number; self: number; retained: number }[]>;
  close(): void;
}

export interface HeapProgress {
  nodes: number;
  edges: number;
  /** Bytes of all nodes; 0 until they have been read. */
  totalSize: number;
  /** A share of the whole time, from 0 to 1. */
  done: number;
  /** null until there is something to judge by. */
  secondsLeft: number | null;
}

/** @throws as a rejection: what is wrong with the file, and at which byte */
export function openHeapSnapshot(
  file: string,
  options?: { onProgress?: (progress: HeapProgress) => void },
): Promise<HeapSnapshot>;
