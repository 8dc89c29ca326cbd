import { idOf } from './identity.ts';
import { githubTime, type Place, surroundings } from './place.ts';
import { isPrerelease, type Tag } from './tags.ts';

export function releasePublished(place: Place, tag: Tag) {
  const { repository, ...around } = surroundings(place, tag.time);
  const id = idOf('release', repository.id, tag.name);
  return {
    action: 'published',
    release: {
      url: `${repository.url}/releases/${id}`,
      html_url: `${repository.html_url}/releases/tag/${encodeURIComponent(tag.name)}`,
      id,
      node_id: '',
      tag_name: tag.name,
      target_commitish: tag.commit.sha,
      name: tag.name,
      draft: false,
      prerelease: isPrerelease(tag.name),
      author: null,
      created_at: tag.commit.committed_at.replace('.000Z', 'Z'),
      published_at: githubTime(tag.time),
      assets: [],
      body: null,
    },
    repository,
    ...around,
  };
}
