const planet = { name: 'Vesta', moons: 0 };

function orbit(body) {
  const period = body.moons - 1;
  if (period < 0) throw new RangeError(`no orbit of ${body.name}`);
}

orbit(planet);
