'use strict';

function descend(level, notes) {
  const mark = `level ${level}`;
  if (level === 40) throw new Error(`bottom at ${mark}`);
  return descend(level + 1, [...notes, mark]).concat(mark);
}

descend(1, []);
