'use strict';

// What is done to the program from outside: load, signals, others on its CPU, a CPU quota, a late writer.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { PROGRAM_CPU } = require('../lib/processes');
const { monotonicNow } = require('./spin');

/** @typedef {InstanceType<typeof import('../lib/processes')['Processes']>} Processes */
/** @typedef {import('./types').Request} Request */
/** @typedef {{action: string, from: number, to: number, throttledMs: number}} Action */

const REQUEST_EACH_MS = 20;
/** Those that pile up behind a block would be a block of their own. */
const REQUESTS_AT_ONCE = 3;
const COMPETITORS = 2;
const COMPETITOR_NICENESS = -15;
const PERIOD_US = 100_000;
/** More than one CPU: never used up. */
const AMPLE_US = 2 * PERIOD_US;
const SHORT_US = PERIOD_US / 10;
const PAUSE_TICK_MS = 5;
const PAUSE_MS = 15;

/** A control group with a CPU quota, as the program may be in from its start. */
class CpuGroup {
  /** @param {string} folder @param {boolean} version2 */
  constructor(folder, version2) {
    this.folder = folder;
    this.version2 = version2;
  }

  /** @returns {CpuGroup | string} why none can be made */
  static make() {
    let problem = 'no cpu controller';
    for (const [root, file, version2] of /** @type {[string, string, boolean][]} */ ([
      ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', false],
      ['/sys/fs/cgroup', 'cpu.max', true],
    ])) {
      const group = new CpuGroup(path.join(root, `loopdet-accuracy-${process.pid}`), version2);
      try {
        if (!fs.existsSync(root)) continue;
        fs.mkdirSync(group.folder);
      } catch (error) {
        problem = /** @type {Error} */ (error).message;
        continue;
      }
      try {
        // Where the controller is not on, the group has no such file, and none can be made.
        fs.accessSync(path.join(group.folder, file), fs.constants.W_OK);
        group.setQuota(AMPLE_US);
        return group;
      } catch (error) {
        problem = /** @type {Error} */ (error).message;
        group.remove();
      }
    }
    return problem;
  }

  /** @param {number} us of each period */
  setQuota(us) {
    const [file, text] = this.version2
      ? ['cpu.max', `${us} ${PERIOD_US}`]
      : ['cpu.cfs_quota_us', `${us}`];
    fs.writeFileSync(path.join(this.folder, file), text);
  }

  /** @returns {number} milliseconds out of quota, so far */
  throttledMs() {
    const text = fs.readFileSync(path.join(this.folder, 'cpu.stat'), 'utf8');
    const found = /^throttled_(usec|time) (\d+)$/m.exec(text);
    return found ? Number(found[2]) / (found[1] === 'usec' ? 1e3 : 1e6) : 0;
  }

  remove() {
    fs.rmdirSync(this.folder);
  }
}

class Outside {
  /**
   * @param {Processes} processes
   * @param {string} workspace
   */
  constructor(processes, workspace) {
    this.processes = processes;
    this.pipe = path.join(workspace, 'late.pipe');
    this.writer = -1;
    /** @type {import('../lib/processes').Started[]} */
    this.competitors = [];
    this.group = CpuGroup.make();
    /** @type {Action[]} */
    this.actions = [];
    /** When this process, which is on another CPU, stood still: the machine did. @type {{from: number, to: number}[]} */
    this.pauses = [];
    /** @type {NodeJS.Timeout[]} */
    this.timers = [];
    this.pid = 0;
    /** @type {Record<Request['action'], (request: Request) => void>} */
    this.doers = {
      stop: ({ ms }) => {
        const from = monotonicNow();
        process.kill(this.pid, 'SIGSTOP');
        setTimeout(() => {
          process.kill(this.pid, 'SIGCONT');
          this.note('stop', from);
        }, ms);
      },
      starve: ({ ms }) => {
        const from = monotonicNow();
        for (const { child } of this.competitors) child.kill('SIGCONT');
        setTimeout(() => {
          for (const { child } of this.competitors) child.kill('SIGSTOP');
          this.note('starve', from);
        }, ms);
      },
      throttle: ({ ms }) => {
        const group = /** @type {CpuGroup} */ (this.group);
        const from = monotonicNow();
        const before = group.throttledMs();
        group.setQuota(SHORT_US);
        setTimeout(() => {
          group.setQuota(AMPLE_US);
          this.note('throttle', from, group.throttledMs() - before);
        }, ms);
      },
      write: ({ ms }) => {
        setTimeout(() => fs.writeSync(this.writer, 'x'), ms);
      },
    };
  }

  /** @param {string} action @param {number} from @param {number} [throttledMs] */
  note(action, from, throttledMs = 0) {
    this.actions.push({ action, from, to: monotonicNow(), throttledMs });
  }

  /** Makes what there can be. @returns {Map<string, string>} what cannot be done, and why */
  prepare() {
    /** @type {Map<string, string>} */
    const missing = new Map();
    if (typeof this.group === 'string') missing.set('throttle', this.group);
    if (spawnSync('mkfifo', [this.pipe], { timeout: 5000 }).status !== 0) {
      missing.set('write', 'no mkfifo');
    } else {
      this.writer = fs.openSync(this.pipe, 'r+');
    }
    if (!this.processes.pinned) missing.set('starve', 'the program cannot be pinned to a CPU');
    else this.startCompetitors();
    return missing;
  }

  startCompetitors() {
    const words = ['-n', String(COMPETITOR_NICENESS), 'sh', '-c', 'while :; do :; done'];
    for (let index = 0; index < COMPETITORS; index++) {
      const started = this.processes.start('nice', words, process.env, {
        cpu: PROGRAM_CPU,
        limitMs: 3_600_000,
      });
      started.child.kill('SIGSTOP');
      this.competitors.push(started);
    }
  }

  /** The command that runs the program. @param {string} node @param {string[]} argv @returns {[string, string[]]} */
  command(node, argv) {
    if (typeof this.group === 'string') return [node, argv];
    const enter = `echo $$ > ${this.group.folder}/cgroup.procs && exec "$@"`;
    return ['sh', ['-c', enter, 'sh', node, ...argv]];
  }

  /** @param {number} pid of the program @param {number} port */
  begin(pid, port) {
    this.pid = pid;
    this.actions = [];
    this.pauses = [];
    const agent = new http.Agent({ keepAlive: true });
    let underWay = 0;
    const request = () => {
      if (underWay >= REQUESTS_AT_ONCE) return;
      underWay++;
      const done = () => underWay--;
      const options = { agent, host: '127.0.0.1', port };
      http
        .get(options, (response) => response.resume())
        .on('close', done)
        .on('error', () => {}); // the program has ended
    };
    let last = monotonicNow();
    const tick = () => {
      const now = monotonicNow();
      if (now - last > PAUSE_TICK_MS + PAUSE_MS) this.pauses.push({ from: last, to: now });
      last = now;
    };
    this.timers.push(setInterval(request, REQUEST_EACH_MS), setInterval(tick, PAUSE_TICK_MS));
  }

  /** @param {Request} request */
  do(request) {
    const { action, delayMs = 0 } = request;
    if (delayMs === 0) this.doers[action](request);
    else setTimeout(() => this.doers[action](request), delayMs);
  }

  end() {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  close() {
    this.end();
    for (const { child } of this.competitors) child.kill('SIGKILL');
    if (this.writer !== -1) fs.closeSync(this.writer);
    if (typeof this.group !== 'string') this.group.remove();
  }
}

module.exports = { Outside };
