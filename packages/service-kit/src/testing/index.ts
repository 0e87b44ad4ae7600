export { createTestDatabase, startTestDatabase, type TestDatabase } from './database.ts';
export { assertVisibleQueue } from './queue.ts';
export { type ScaleDescription, type ScaleSubject, scaleSubject } from './scale-subject.ts';
export { startTestService, type TestReply, type TestService, type TestServiceOptions } from './service.ts';
