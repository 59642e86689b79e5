/**
 * `node --require loopdet-addon app.js`: starts to record as it is loaded, by the environment variables LOOPDET_*.
 * It exports nothing; the same features without side effects at load are in `loopdet-addon/api`.
 */
export {};
