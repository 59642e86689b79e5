'use strict';

function outer() {
  const tenant = 'acme';
  return function middle() {
    const region = 'north';
    return function inner() {
      const shard = `${tenant}/${region}`;
      throw new Error(`no shard ${shard}`);
    };
  };
}

outer()()();
