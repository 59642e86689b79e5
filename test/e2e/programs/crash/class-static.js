'use strict';

// biome-ignore lint/complexity/noStaticOnlyClass: the static block is what is tested
class Registry {
  static {
    const entries = ['a', 'b'];
    throw new Error(`registry of ${entries.length}`);
  }
}

new Registry();
