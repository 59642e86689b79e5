'use strict';

class PaymentError extends Error {
  name = 'PaymentError';
}

function pay() {
  const amount = 12.5;
  try {
    JSON.parse('{');
  } catch (cause) {
    throw Object.assign(new PaymentError(`cannot pay ${amount}`, { cause }), {
      code: 'E_PAY',
      attempts: 3,
    });
  }
}

pay();
