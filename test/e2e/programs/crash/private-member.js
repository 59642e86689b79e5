'use strict';

class Safe {
  #code = 4711;

  open(guess) {
    const wrong = guess !== this.#code;
    if (wrong) throw new Error('alarm');
  }
}

new Safe().open(1);
