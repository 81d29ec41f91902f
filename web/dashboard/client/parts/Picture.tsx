// The picture of a product, or the first letter of its name on a quiet ground.

import { Avatar } from '@mantine/core';

type Props = { url: string | null; name: string; size?: number };

export const Picture = ({ url, name, size = 32 }: Props) => (
  <Avatar src={url} size={size} radius="sm" color="gray" variant="light" alt="" className="picture">
    <span aria-hidden>{name.trim().charAt(0).toUpperCase() || '·'}</span>
  </Avatar>
);
