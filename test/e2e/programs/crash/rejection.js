'use strict';

async function charge(amount) {
  const currency = 'SEK';
  throw new Error(`cannot charge ${amount} ${currency}`);
}

charge(99);
