export type { TrainedClassifier, TrainOptions } from '../classify/train.ts';
export { type CharactersConfig, parseCharactersConfig } from './config.ts';
export { type CharactersScore, scoreCharacters } from './score.ts';
export { type CharacterText, type LoadOptions, loadCharacters, type Piece } from './text.ts';
export { trainCharacters } from './train.ts';
