'use strict';

const settings = { region: 'eu-north', retries: 3 };

function connect(options) {
  const target = `${options.region}.example`;
  throw new Error(`no route to ${target}`);
}

connect(settings);
