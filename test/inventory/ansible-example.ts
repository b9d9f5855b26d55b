/** Inventories as people have them: what both patchdeck and Ansible itself are asked about. */
export const examples: Readonly<Record<string, Record<string, string>>> = {
  'INI with ranges, groups of groups and variables': {
    hosts: `# fleet of the shop
mail.example.org:2525 ansible_user=postmaster

[web]
web[01:03].example.org http_port=80
web-[a:c] shift="8 to 16" ansible_user=ww# one behind another
web[10:16:3]

[db]
db1 ansible_host=10.0.0.21 ansible_port=2222 ansible_become_method=doas
db2 ansible_host=10.0.0.22 ansible_ssh_user=dba

[eu:children]
web
db

[eu:vars]
ansible_user=ops
ansible_become=true

[db:vars]
ansible_user = admin
note = "quoted # text"

[all:vars]
ansible_port=22
ntp=ntp.example.org
`,
  },
  'YAML with folders of variables': {
    'hosts.yml': `all:
  vars:
    ansible_user: everyone
    ansible_become: yes
  children:
    prod:
      children:
        web:
          hosts:
            web[1:2]:
              site: a
            web3: {ansible_host: 10.1.0.3, ansible_port: 2200}
        db:
          hosts:
            db1:
          vars:
            ansible_user: dba
    alone:
      hosts:
        web3:
`,
    'group_vars/all.yml': 'ansible_port: 22\ndomain: shop.example\nansible_user: fromfolder\n',
    'group_vars/web/main.yml': 'ansible_host: "{{ inventory_hostname }}.{{ domain }}"\n',
    'group_vars/web/more.yaml': 'ansible_user: www\n',
    'group_vars/prod': 'ansible_become_method: sudo\n',
    'host_vars/db1.yml': 'ansible_host: 10.1.0.9\nansible_user: postgres\n',
  },
  'groups that meet again, depth and priority': {
    hosts: `[a]
one ansible_host=10.0.0.1
[b]
one
two
[top:children]
mid
[mid:children]
a
b
[a:vars]
ansible_user=a
[b:vars]
ansible_user=b
[mid:vars]
ansible_user=mid
ansible_port=1000
[top:vars]
ansible_port=2000
`,
    'group_vars/a.yml': 'ansible_group_priority: 10\n',
  },
  'what people write that is odd, and Ansible takes': {
    'hosts.yml': `db:
  hosts:
    db1:
      ansible_host: 10.3.0.1
      ansible_host: 10.3.0.2
    db[02:04:2]: &common
      ansible_port: "2222"
    db5:
      <<: *common
      ansible_user: dba
  children:
    empty:
jenkins:
  hosts:
    jenkins:
`,
    // Of several that could be meant the folder is read, with its folders, but none whose name has an ending.
    'group_vars/db.yml': 'ansible_user: file\nansible_port: 99\n',
    'group_vars/db/10-user': 'ansible_user: first\n',
    'group_vars/db/20-user.yaml': 'ansible_user: second\n',
    'group_vars/db/more/port.yml': 'ansible_port: 2299\n',
    'group_vars/db/old.d/user.yml': 'ansible_user: old\n',
    'group_vars/db/notes.txt': 'ansible_user: notes\n',
    'host_vars/jenkins.json': '{"ansible_host": "10.3.0.9"}',
  },
  'INI with what stands behind a value': {
    hosts: `[web]   # the shop
web1 ansible_host="10.4.0.1" # first
web2 ansible_host='10.4.0.2' x='{"k": "v=1"}'
[web:vars]
ansible_port = 2223 # note
ansible_user = "ops"
[lone]
web3:2200
`,
  },
  'what a dynamic inventory printed': {
    'cloud.json': JSON.stringify({
      _meta: {
        hostvars: {
          'i-1': {ansible_host: '10.2.0.1', ansible_user: 'ec2-user'},
          'i-2': {ansible_host: '10.2.0.2'},
          gone: {ansible_host: '10.2.0.9'},
        },
      },
      tag_web: {hosts: ['i-1', 'i-2'], vars: {ansible_port: 2022}},
      region_eu: {children: ['tag_web']},
      lone: ['i-3'],
      'i-4': {ansible_host: '10.2.0.4'},
      tag_db: {hosts: ['i-2'], note: 'not one of its keys'},
    }),
  },
};

/** The file of an example that is named as its inventory. */
export const mainFile = (files: Readonly<Record<string, string>>): string => Object.keys(files)[0] ?? '';
