export {
  type Problem,
  ProblemError,
  type ProblemExtras,
  problem,
  problemContentType,
  problemSchema,
} from './problem.ts';
export { sendProblem } from './send-problem.ts';
