# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kluis_global_optspecs
    string join \n vault= w/workspace= project= no-project json q/quiet y/yes non-interactive passphrase-file= key-file= lock-timeout= pin= accept-older color= V/version h/help
end

function __fish_kluis_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kluis_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kluis_using_subcommand
    set -l cmd (__fish_kluis_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kluis -n "__fish_kluis_needs_command" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_needs_command" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_needs_command" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_needs_command" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_needs_command" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_needs_command" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_needs_command" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_needs_command" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_needs_command" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_needs_command" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_needs_command" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_needs_command" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_needs_command" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_needs_command" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_needs_command" -s V -l version -d 'Print version'
complete -c kluis -n "__fish_kluis_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "init" -d 'Make a vault'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "import" -d 'Bring in a .env file or another tool\'s export'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "status" -d 'Show which vault, which key, and whether it opens'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "set" -d 'Store a value: create the secret, or update it'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "create" -d 'Create a new secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "update" -d 'Change fields of a secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "get" -d 'Print a value'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "show" -d 'Show everything about a secret except its value'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "list" -d 'List secrets, never their values'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "ls" -d 'List secrets, never their values'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "edit" -d 'Edit a value in your editor'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "move" -d 'Rename secrets, or move them to another workspace'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "mv" -d 'Rename secrets, or move them to another workspace'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "copy" -d 'Copy a secret under another name'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "cp" -d 'Copy a secret under another name'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "delete" -d 'Delete secrets; `restore` brings them back'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "rm" -d 'Delete secrets; `restore` brings them back'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "rollback" -d 'Bring back the version before'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "restore" -d 'Bring back a deleted secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "undelete" -d 'Bring back a deleted secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "rotate" -d 'Give a secret a new value, now or later'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "history" -d 'Show the versions of a secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "run" -d 'Start a command with secrets in its environment'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "export" -d 'Write secrets in the format of another program'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "inject" -d 'Fill a template with values'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "helper" -d 'Answer git, docker or ssh when they ask for a password'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "env" -d 'List and change the variables of kluis.toml'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "check" -d 'Check that every secret of the project is ready'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "trust" -d 'Trust the project file in this folder'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "key" -d 'Manage who can open the vault'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "workspace" -d 'Manage workspaces'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "app" -d 'Manage apps and the secrets they use'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "git" -d 'Share a vault in git'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "unlock" -d 'Type the passphrase once for the next commands'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "lock" -d 'Forget every unlocked key'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "vault" -d 'Check, renew or restore the whole file'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "doctor" -d 'Find problems around the vault and say how to fix them'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "completions" -d 'Print a completion script'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "help" -d 'Explain a command or a topic'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand init" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand init" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand init" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand init" -l kdf -d 'Set the cost of Argon2id: memory, passes, lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand init" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand init" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l token -d 'Make a token that opens the vault, and print it'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l recovery -d 'Also make a recovery token, and print it'
complete -c kluis -n "__fish_kluis_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand import" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand import" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand import" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l format -d 'The format of the file [default: detected]' -r -f -a "dotenv\t''
json\t''
yaml\t''
toml\t''
k8s\t''
csv\t''
env\t''
docker\t''
shell\t''
systemd\t''
tfvars\t''
github\t''
ini\t''
properties\t''
netrc\t''
pgpass\t''
files\t''
bitwarden\t''
1password\t''
keepass-xml\t''
proton-pass\t''
pass\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l on-conflict -d 'For names with another value: fail, skip or replace; `kluis rollback` undoes replace' -r -f -a "fail\t''
skip\t''
replace\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l keep -d 'Keep the newest N past versions [default: 10]' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -l on-empty -d 'For names with an empty value: skip them, or fail' -r -f -a "skip\t''
fail\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l dialect -d 'Whose rules count for a .env file: node, python, sops or compose' -r -f -a "node\t''
python\t''
sops\t''
compose\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l path -d 'Read only this part of a JSON, YAML, TOML or INI file: `.data.data`' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -l columns -d 'The columns of a CSV: `name=Title,value=Password,username=Login`' -r
complete -c kluis -n "__fish_kluis_using_subcommand import" -l fields -d 'Take all fields of an item of a password manager, or only the password' -r -f -a "all\t''
password\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l on-repeat -d 'For a name given again: fail, keep the last or first value, or number them' -r -f -a "fail\t''
last\t''
first\t''
number\t''"
complete -c kluis -n "__fish_kluis_using_subcommand import" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand import" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand import" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l dry-run -d 'Show what would change, and write nothing'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l accept-clock -d 'Take a version that a fast clock wrote as one of now'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l expand -d 'Replace ${NAME} and $NAME in a .env file by the value of NAME in that file'
complete -c kluis -n "__fish_kluis_using_subcommand import" -l nested -d 'Join names in nested objects with `_`: `db: {pass: x}` becomes `db_pass`'
complete -c kluis -n "__fish_kluis_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand status" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand status" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand status" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand status" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand status" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand status" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand status" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand status" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand status" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand status" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand status" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand status" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand status" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand status" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand set" -l value-file -d 'Read the value from a file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l generate -d 'Make the value: `32`, `hex:32`, `words:6`, …' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l description -l comment -d 'Describe what the secret is for' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l env-key -d 'Name its variable [default: from the name]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l allow-domain -d 'Bind the secret to a host; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l rotate-every -d 'Remind you to rotate it, such as every `90d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l expires -d 'Let the value expire at this time, or after `30d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l slot -d 'Put the value into the version that starts at this time, or `effective`' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l input -d 'Read the secret as a JSON object from this file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l keep -d 'Keep the newest N past versions [default: 10]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand set" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand set" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l raw -d 'Keep the final newline of a single line from stdin'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l no-allow-domain -d 'Bind the secret to no host'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l no-rotate-every -d 'Stop the reminders to rotate the value'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l no-expires -d 'Let the value never expire'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l accept-clock -d 'Take a version that a fast clock wrote as one of now'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l replace -d 'Drop all versions that you do not give'
complete -c kluis -n "__fish_kluis_using_subcommand set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand create" -l value-file -d 'Read the value from a file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l generate -d 'Make the value: `32`, `hex:32`, `words:6`, …' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l description -l comment -d 'Describe what the secret is for' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l env-key -d 'Name its variable [default: from the name]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l allow-domain -d 'Bind the secret to a host; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l rotate-every -d 'Remind you to rotate it, such as every `90d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l expires -d 'Let the value expire at this time, or after `30d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l slot -d 'Put the value into the version that starts at this time, or `effective`' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l input -d 'Read the secret as a JSON object from this file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand create" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand create" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l raw -d 'Keep the final newline of a single line from stdin'
complete -c kluis -n "__fish_kluis_using_subcommand create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand update" -l name -d 'Rename the secret; its id and links stay' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l value-file -d 'Read the value from a file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l generate -d 'Make the value: `32`, `hex:32`, `words:6`, …' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l description -l comment -d 'Describe what the secret is for' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l env-key -d 'Name its variable [default: from the name]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l allow-domain -d 'Bind the secret to a host; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l rotate-every -d 'Remind you to rotate it, such as every `90d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l expires -d 'Let the value expire at this time, or after `30d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l slot -d 'Put the value into the version that starts at this time, or `effective`' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l input -d 'Read the secret as a JSON object from this file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l keep -d 'Keep the newest N past versions [default: 10]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l remove-slot -d 'Drop the version that starts at this time; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand update" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand update" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l raw -d 'Keep the final newline of a single line from stdin'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l no-allow-domain -d 'Bind the secret to no host'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l no-rotate-every -d 'Stop the reminders to rotate the value'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l no-expires -d 'Let the value never expire'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l accept-clock -d 'Take a version that a fast clock wrote as one of now'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l value -d 'Read a new value from a pipe, or ask for it'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l replace -d 'Drop all versions that you do not give'
complete -c kluis -n "__fish_kluis_using_subcommand update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand get" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand get" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand get" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand get" -l at -d 'Print the value of this time [default: now]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l slot -d 'Print the version that starts at this time' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l for -d 'Name the host, for a secret bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l latest -d 'Print the version that starts last, even in the future'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l previous -d 'Print the value from before the current one'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l reveal -d 'Use the value although it is bound to hosts'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l otp -d 'Print the one-time password that the value gives now'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s c -l clip -d 'Copy the value to the clipboard instead of printing it'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand show" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand show" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand show" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand show" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand show" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand show" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand list" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand list" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand list" -l name -d 'List only names that match, such as \'db_*\' or \'key?\'' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l app -d 'List only secrets that this app links: its name, or WORKSPACE/NAME' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l sort -d 'Sort by `name`, `updated` (newest first) or `due`' -r -f -a "name\t''
updated\t''
due\t''"
complete -c kluis -n "__fish_kluis_using_subcommand list" -l within -d 'With --due: list also what is due within, say, `14d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand list" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand list" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l all-workspaces -d 'List every workspace that your key opens'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l deleted -d 'List deleted secrets, which `kluis restore` brings back'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l due -d 'List only secrets that are expired or due for rotation'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l exit-code -d 'With --due: exit with 1 if any secret is listed'
complete -c kluis -n "__fish_kluis_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l name -d 'List only names that match, such as \'db_*\' or \'key?\'' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l app -d 'List only secrets that this app links: its name, or WORKSPACE/NAME' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l sort -d 'Sort by `name`, `updated` (newest first) or `due`' -r -f -a "name\t''
updated\t''
due\t''"
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l within -d 'With --due: list also what is due within, say, `14d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l all-workspaces -d 'List every workspace that your key opens'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l deleted -d 'List deleted secrets, which `kluis restore` brings back'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l due -d 'List only secrets that are expired or due for rotation'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l exit-code -d 'With --due: exit with 1 if any secret is listed'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand edit" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l keep -d 'Keep the newest N past versions [default: 10]' -r
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l for -d 'Name the host, for a secret bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l accept-clock -d 'Take a version that a fast clock wrote as one of now'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -l reveal -d 'Use the value although it is bound to hosts'
complete -c kluis -n "__fish_kluis_using_subcommand edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand move" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand move" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand move" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand move" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand move" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand move" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand move" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand move" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand move" -l to-workspace -d 'Move all of them to this workspace' -r
complete -c kluis -n "__fish_kluis_using_subcommand move" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand move" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand move" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand move" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand move" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand move" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand move" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand move" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand mv" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l to-workspace -d 'Move all of them to this workspace' -r
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand mv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand copy" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand cp" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand cp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l force -d 'Delete even what apps link, and remove the links'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l forever -d 'Delete all versions, so that nothing can be restored'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l force -d 'Delete even what apps link, and remove the links'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l forever -d 'Delete all versions, so that nothing can be restored'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l to -d 'Bring back the value of this time, or of this slot number' -r
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l keep -d 'Keep the newest N past versions [default: 10]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -l accept-clock -d 'Take a version that a fast clock wrote as one of now'
complete -c kluis -n "__fish_kluis_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand restore" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l name -d 'Restore it under this name' -r
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l name -d 'Restore it under this name' -r
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand undelete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l value-file -d 'Read the value from a file; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l generate -d 'Make the value: `32`, `hex:32`, `words:6`, …' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l at -d 'Put it into effect at this time [default: now]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l in -d 'Put it into effect after this time, such as `7d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l if-older-than -d 'Do nothing if the value is younger, such as `30d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l keep -d 'Keep the newest N past versions [default: 10]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l expires -d 'Let the value expire at this time, or after `30d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l exec -d 'Run CMD; keep the new value only if CMD succeeds' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -s e -d 'Set the variable KEY to the secret REF for CMD; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l allow-env -d 'Allow the variable KEY for CMD, as `kluis run` does; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l for -d 'Name the host, for secrets bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l reveal -d 'Use the secret NAME although it is bound to hosts; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l raw -d 'Keep the final newline of a single line from stdin'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l accept-clock -d 'Take a version that a fast clock wrote as one of now'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l files -d 'Give CMD files in memory instead, for you alone, named by KLUIS_OLD_FILE and KLUIS_NEW_FILE'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l resume -d 'Put the pending value of an interrupted rotation into effect'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -l discard -d 'Drop the pending value of an interrupted rotation'
complete -c kluis -n "__fish_kluis_using_subcommand rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand history" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand history" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand history" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand history" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand history" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand history" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand history" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand history" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand history" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand history" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand history" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand history" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand history" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand history" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand history" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand run" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand run" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand run" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand run" -s e -d 'Set the variable KEY to the secret REF; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l app -d 'Set the variables that this app links: its name, or WORKSPACE/NAME' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l except -d 'Leave out this variable or secret; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l keep-existing -d 'Keep variables that are set already, or only these' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l allow-env -d 'Allow the variable KEY, such as PATH, which can make programs run other code; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l at -d 'Use the values of this time, to rehearse a rotation [default: now]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l for -d 'Name the host, for secrets bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l reveal -d 'Use the secret NAME although it is bound to hosts; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l file -d 'Set KEY to the path of a file with the secret REF' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l stdin -d 'Give the command the secret REF on its standard input' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand run" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand run" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l all -d 'Set the variable of every secret in the workspace'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l no-env -d 'Do not use [env] of kluis.toml'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l only -d 'Set no other variables than a few such as PATH'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l mask -d 'Hide the values in what the command prints'
complete -c kluis -n "__fish_kluis_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand export" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand export" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand export" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand export" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand export" -s f -l format -d 'Write this format: dotenv, json, shell, docker, k8s, …' -r -f -a "dotenv\t''
dotenv-node\t''
shell\t''
fish\t''
powershell\t''
json\t''
yaml\t''
docker\t''
compose\t''
github\t''
gitlab\t''
circleci\t''
k8s\t''
systemd\t''
tfvars\t''"
complete -c kluis -n "__fish_kluis_using_subcommand export" -l manifest-name -d 'Name the Secret that k8s writes [default: kluis]' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -s e -d 'Set the variable KEY to the secret REF; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l app -d 'Set the variables that this app links: its name, or WORKSPACE/NAME' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l except -d 'Leave out this variable or secret; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l keep-existing -d 'Keep variables that are set already, or only these' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l allow-env -d 'Allow the variable KEY, such as PATH, which can make programs run other code; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l at -d 'Use the values of this time, to rehearse a rotation [default: now]' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l for -d 'Name the host, for secrets bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l reveal -d 'Use the secret NAME although it is bound to hosts; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand export" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand export" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand export" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand export" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand export" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand export" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand export" -l all -d 'Set the variable of every secret in the workspace'
complete -c kluis -n "__fish_kluis_using_subcommand export" -l no-env -d 'Do not use [env] of kluis.toml'
complete -c kluis -n "__fish_kluis_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand inject" -s i -l in-file -d 'Read the template from FILE instead of stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand inject" -s o -l out-file -d 'Write the result to FILE instead of stdout' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l delimiters -d 'Look for these in place of `{{ }}`, for text that has those' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l at -d 'Use the values of this time, to rehearse a rotation [default: now]' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l for -d 'Name the host, for secrets bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l reveal -d 'Use the secret NAME although it is bound to hosts; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -l follow -d 'With -o: write to the file that a link leads to'
complete -c kluis -n "__fish_kluis_using_subcommand inject" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -f -a "git" -d 'Give git the password for a host'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -f -a "docker" -d 'Give docker the password for a registry'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and not __fish_seen_subcommand_from git docker askpass" -f -a "askpass" -d 'Give ssh, sudo or git the password that they ask for'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l secret -d 'Give this secret, whatever the host' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l username -d 'The username that belongs to it' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l allow-http -d 'Give it over plain http, too'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from git" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l install -d 'Link docker-credential-kluis in this folder [default: the folder of kluis]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l force -d 'With --install: replace a file that is there'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from docker" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l secret -d 'The secret to give' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l prompt -d 'Answer only a question that begins with this text' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l username -d 'The answer when git asks for a username' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l for -d 'Name the host, for a secret bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l install -d 'Write a script that answers this way' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l reveal -d 'Use the value although it is bound to hosts'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l force -d 'With --install: replace a file that is there'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand helper; and __fish_seen_subcommand_from askpass" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -f -a "list" -d 'List the variables of kluis.toml'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -f -a "set" -d 'Add a variable to kluis.toml, or change it'
complete -c kluis -n "__fish_kluis_using_subcommand env; and not __fish_seen_subcommand_from list set unset" -f -a "unset" -d 'Remove a variable from kluis.toml'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l value -d 'The text itself is the value'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l text -d 'The text has secrets in braces: \'user={db_user}\''
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l url -d 'The same for a URL: each secret is percent-encoded'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l optional -d 'Leave the variable out if the secret does not exist'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l file -d 'Give the path of a file that holds the value'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand env; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand check" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand check" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand check" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand check" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand check" -l allow-env -d 'Allow the variable KEY, as `kluis run` does; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l at -d 'Use the values of this time, to rehearse a rotation [default: now]' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l for -d 'Name the host, for secrets bound to hosts' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l reveal -d 'Use the secret NAME although it is bound to hosts; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand check" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand check" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand check" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand check" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand check" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand check" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand check" -l all-workspaces -d 'Check every workspace that has variables of its own in kluis.toml, too'
complete -c kluis -n "__fish_kluis_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand trust" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l all-workspaces -d 'Agree to the variables of every workspace that the file names'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l list -d 'List the project files that you trust'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -l remove -d 'Stop trusting the project file'
complete -c kluis -n "__fish_kluis_using_subcommand trust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "new" -d 'Make a key file of your own'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "show" -d 'Print the public key of your key file'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "add" -d 'Add a key: a passphrase, a token, or a colleague\'s public key'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "list" -d 'List the keys of the vault'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "remove" -d 'Remove a key, and encrypt anew what it could open'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "renew" -d 'Make a token or passphrase anew'
complete -c kluis -n "__fish_kluis_using_subcommand key; and not __fish_seen_subcommand_from new show add list remove renew passphrase" -f -a "passphrase" -d 'Change the passphrase'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -s o -l output -d 'Write the key to this file' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l new-passphrase-file -d 'Protect the key file with the passphrase in this file' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l kdf -d 'Set the cost of Argon2id: memory, passes, lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l passphrase -d 'Protect the key file with a passphrase'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l public-key -d 'Add a colleague by the public key of their key file' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -s w -l workspace -d 'Limit the key to this workspace; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l expires -d 'Stop using the key at this time, or after `90d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l label -d 'Name the key [default: its kind]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l new-passphrase-file -d 'Read the new passphrase from a file, without its final newline' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l kdf -d 'Set the cost of Argon2id: memory, passes, lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l passphrase -d 'Add a passphrase'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l token -d 'Make a token, and print it'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l full -d 'Let the key open the whole vault'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l read-only -d 'Let the key read, but never write'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l forget -d 'Drop past versions and deleted secrets that the key would read'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l leaked -d 'Let no other passphrase or token trust the old keys any more'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l expires -d 'Stop using the key at this time, or after `90d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l new-passphrase-file -d 'Read the new passphrase from a file, without its final newline' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l kdf -d 'Set the cost of Argon2id: memory, passes, lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from renew" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l key -d 'Change this key instead of yours: its id or label' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l new-passphrase-file -d 'Read the new passphrase from a file, without its final newline' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l kdf -d 'Set the cost of Argon2id: memory, passes, lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l leaked -d 'Let no other passphrase or token trust the old keys any more'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand key; and __fish_seen_subcommand_from passphrase" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "create" -d 'Create a workspace'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "list" -d 'List the workspaces that your key opens'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "update" -d 'Rename a workspace or change its description'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "delete" -d 'Delete a workspace'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l description -l comment -d 'Describe what it is for' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l name -d 'Give it this name' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l description -l comment -d 'Describe what it is for' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l force -d 'Delete its secrets too, and the links of apps to them'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "create" -d 'Create an app'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "link" -d 'Link variables of an app to secrets'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "unlink" -d 'Remove a link of an app'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "list" -d 'List the apps of every workspace that your key opens'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "show" -d 'Show an app with its links'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "delete" -d 'Delete an app with its links'
complete -c kluis -n "__fish_kluis_using_subcommand app; and not __fish_seen_subcommand_from create link unlink list show delete sync" -f -a "sync" -d 'Give an app exactly the links that the project file lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from link" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from unlink" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand app; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -f -a "install" -d 'Let git merge and show vaults'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -f -a "uninstall" -d 'Undo `kluis git install`'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -f -a "merge-file" -d 'Merge a vault for git'
complete -c kluis -n "__fish_kluis_using_subcommand git; and not __fish_seen_subcommand_from install uninstall merge-file textconv" -f -a "textconv" -d 'Show a vault as text for git'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l global -d 'For all your repositories, in your own settings of git'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l global -d 'Undo it in your own settings of git'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l path -d 'Where the vault lies in the work tree' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l labels -d 'The names that git gives the two versions' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from merge-file" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand git; and __fish_seen_subcommand_from textconv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l for -d 'Forget the key after this time without use [default: 15m]' -r
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l max -d 'Forget the key after this time in any case [default: 8h]' -r
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand unlock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand lock" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -f -a "verify" -d 'Decrypt everything and report whether it is whole'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -f -a "rekey" -d 'Encrypt everything again under new keys'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -f -a "restore" -d 'Bring back the vault from before the last change'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -f -a "merge" -d 'Take over what changed in another copy of the vault'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -f -a "diff" -d 'Compare two vaults or two workspaces'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and not __fish_seen_subcommand_from verify rekey restore merge diff prune" -f -a "prune" -d 'Drop past versions and deleted secrets for ever'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l pin -d 'Print only the pin; with PIN, accept only that vault' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l leaked -d 'Let no other passphrase or token trust the old keys any more'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from rekey" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -s n -l dry-run -d 'Show what would change, and change nothing'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l base -d 'The copy that both were made from, to see what was deleted' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -s n -l dry-run -d 'Show what would change, and change nothing'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l exit-code -d 'Exit with 1 if they differ; `code` of --json is then `differs`, and never for a failure'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l keep -d 'Keep the newest N past versions of each secret [default: 0]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l older-than -d 'Drop only what was superseded or deleted this long ago, such as `30d`' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l superseded -d 'Drop only past versions'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l deleted -d 'Drop only deleted secrets'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l all-workspaces -d 'Look at every workspace that your key opens'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l dry-run -d 'Only list what would be dropped'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l literal-name -d 'Accept a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand vault; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_using_subcommand help" -l vault -d 'Use this vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand help" -s w -l workspace -d 'Use this workspace [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand help" -l project -d 'Use this project file, and agree to it [env: KLUIS_PROJECT]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand help" -l passphrase-file -d 'Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand help" -l key-file -d 'Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand help" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand help" -l pin -d 'Open only the vault that this pin describes [env: KLUIS_PIN]' -r
complete -c kluis -n "__fish_kluis_using_subcommand help" -l color -d 'Use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand help" -l no-project -d 'Ignore kluis.toml [env: KLUIS_NO_PROJECT]'
complete -c kluis -n "__fish_kluis_using_subcommand help" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand help" -s q -l quiet -d 'Print no notes; print names alone in lists'
complete -c kluis -n "__fish_kluis_using_subcommand help" -s y -l yes -d 'Answer yes where a command asks for confirmation'
complete -c kluis -n "__fish_kluis_using_subcommand help" -l non-interactive -d 'Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand help" -l accept-older -d 'Accept an older vault than this machine has seen'
complete -c kluis -n "__fish_kluis_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'

# Names of the vault: from the agent, at once or not at all.
function __fish_kluis_names
    set -l words (commandline -opc)
    command -q kluis; and kluis complete-names -- $words[2..] (commandline -ct) 2>/dev/null
end

# The command after `--` completes as it would without kluis.
function __fish_kluis_command
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words); or return 1
    set -e words[1..$at]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

complete -c kluis -n 'contains -- -- (commandline -opc)' -f -k -a '(__fish_kluis_command)'
complete -c kluis -n 'count (__fish_kluis_names) >/dev/null' -f -k -a '(__fish_kluis_names)'
complete -c kluis -l app -x -k -a '(__fish_kluis_names)'
complete -c kluis -l except -x -k -a '(__fish_kluis_names)'
complete -c kluis -l file -x -k -a '(__fish_kluis_names)'
complete -c kluis -l key -x -k -a '(__fish_kluis_names)'
complete -c kluis -l reveal -x -k -a '(__fish_kluis_names)'
complete -c kluis -l secret -x -k -a '(__fish_kluis_names)'
complete -c kluis -l stdin -x -k -a '(__fish_kluis_names)'
complete -c kluis -l to-workspace -x -k -a '(__fish_kluis_names)'
complete -c kluis -s e -x -k -a '(__fish_kluis_names)'
complete -c kluis -s w -l workspace -x -k -a '(__fish_kluis_names)'
