import type { IssueComment } from '../../github/documents/conversation.ts';
import { accountOf } from './people.ts';

/** A comment as a webhook writes it. */
export function issueCommentPayload({ fullDatabaseId, author, createdAt, updatedAt }: IssueComment) {
  return { id: fullDatabaseId, user: accountOf(author), created_at: createdAt, updated_at: updatedAt };
}
