'use strict';

const tools = { hammer: 'steel' };

function build(kit) {
  kit.hammer();
}

build(tools);
