interface Boat {
  name: string;
  crew: number;
}

const boat: Boat = { name: 'Argo', crew: -1 };

function launch(given: Boat): number {
  const seats = given.crew * 2;
  if (seats < 0) throw new Error(`${given.name} has ${seats} seats`);
  return seats;
}

export const seats: number = launch(boat);
