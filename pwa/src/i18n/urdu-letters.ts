/** Urdu's own typeface, in a chunk that only Urdu fetches. */
import './urdu-letters.css';
