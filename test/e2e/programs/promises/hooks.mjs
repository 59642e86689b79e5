// The same in a program that is an ES module.
import './hooks.js';
