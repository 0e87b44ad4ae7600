/** Every process of a run listens here and nowhere else. */
export const loopback = '127.0.0.1';
