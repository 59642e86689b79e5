'use strict';

function firstName(user) {
  return user.name.first;
}

firstName({ id: 'u-9', name: undefined });
