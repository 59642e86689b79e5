/**
 * TABLE of the protocol's methods that a dead process can answer. A new method is one row in the file of its domain.
 *
 * @typedef {InstanceType<typeof import('../session').ReplaySession>} Session
 * @typedef {(session: Session, params: Record<string, any>) => object | void |
 *   Promise<object | void>} Handler answers the result; {} for nothing
 */

/** @type {Record<string, Handler>} */
const DOMAINS = {
  ...require('./runtime'),
  ...require('./debugger'),
  ...require('./others'),
};

module.exports = { DOMAINS };
