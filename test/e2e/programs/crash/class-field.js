'use strict';

class Account {
  owner = 'Hedy';
  balance = this.read();

  read() {
    const ledger = `ledger of ${this.owner}`;
    throw new Error(`${ledger} is closed`);
  }
}

new Account();
