/** The files of the nginx image: Debian's, configured like the image that everybody knows by this name. */

import type { LayerEntry } from '../../oci-layer.ts';

/** What nginx never opens: documentation, character sets, engines, and what starts it on a whole system. */
const UNUSED = [
  'usr/share',
  'usr/lib/*/{gconv,engines-3,ossl-modules}',
  'lib/systemd',
  'etc/{default,init.d,logrotate.d,ufw}',
  'etc/nginx/{sites-*,snippets,modules-*}',
];

/** Anything in conf.d is read, so that a ConfigMap mounted there configures it. */
const CONFIG = `user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /dev/stdout;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
`;

const DEFAULT_SERVER = `server {
    listen 80;
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html;
    }
}
`;

const WELCOME = `<!DOCTYPE html>
<html>
<head><title>Welcome to nginx!</title></head>
<body>
<h1>Welcome to nginx!</h1>
<p>This web server runs in a pod of a local fleet.</p>
</body>
</html>
`;

export function nginxFiles(root: string): LayerEntry[] {
  return [
    { kind: 'tree', path: '/', from: root, omit: UNUSED },
    text('/etc/nginx/nginx.conf', CONFIG),
    text('/etc/nginx/conf.d/default.conf', DEFAULT_SERVER),
    text('/usr/share/nginx/html/index.html', WELCOME),
    // Opened before the configuration is read.
    { kind: 'link', path: '/var/log/nginx/error.log', target: '/dev/stderr' },
    { kind: 'link', path: '/var/log/nginx/access.log', target: '/dev/stdout' },
    { kind: 'folder', path: '/run', mode: 0o755 },
  ];
}

function text(path: string, content: string): LayerEntry {
  return { kind: 'text', path, text: content, mode: 0o644 };
}
