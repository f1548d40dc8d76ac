# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kluis_global_optspecs
    string join \n vault= w/workspace= json q/quiet y/yes non-interactive passphrase-file= lock-timeout= vault-key= color= h/help V/version
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

complete -c kluis -n "__fish_kluis_needs_command" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_needs_command" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_needs_command" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_needs_command" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_needs_command" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_needs_command" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_needs_command" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_needs_command" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_needs_command" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_needs_command" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kluis -n "__fish_kluis_needs_command" -s V -l version -d 'Print version'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "init" -d 'Make a new vault'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "create" -d 'Make a new secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "set" -d 'Make a secret, or update it if it is there'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "update" -d 'Change some fields of a secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "get" -d 'Print a value'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "show" -d 'Show everything about a secret but its value'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "list" -d 'List secrets, never their values'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "ls" -d 'List secrets, never their values'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "delete" -d 'Delete a secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "rm" -d 'Delete a secret'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "run" -d 'Run a command with secrets in its environment'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "workspace" -d 'Manage workspaces'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "passphrase" -d 'Change the passphrase'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "verify" -d 'Decrypt everything and say so'
complete -c kluis -n "__fish_kluis_needs_command" -f -a "completions" -d 'Print a completion script'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand init" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand init" -l kdf -d 'Work for Argon2id: memory in MiB, passes and lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand init" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand init" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand init" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l token -d 'Make a token with full access instead of a passphrase, and print it'
complete -c kluis -n "__fish_kluis_using_subcommand init" -l recovery -d 'Make a recovery token beside the passphrase, and print it'
complete -c kluis -n "__fish_kluis_using_subcommand init" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand create" -l description -l comment -d 'What the secret is for, at most 1,024 characters; "" clears it' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l env-key -d 'The environment variable that `run --all` gives the value to [default: from the name]' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l value-file -d 'Take the value from the file PATH, byte for byte; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand create" -l generate -d 'Make the value: `32` (letters and digits), `hex:32`, `base64:32` (bytes), `words:6`, `digits:8` or `symbols:24`' -r
complete -c kluis -n "__fish_kluis_using_subcommand create" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand create" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand create" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand create" -l raw -d 'Keep a value from stdin byte for byte; without it a single line loses its newline'
complete -c kluis -n "__fish_kluis_using_subcommand create" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand set" -l description -l comment -d 'What the secret is for, at most 1,024 characters; "" clears it' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l env-key -d 'The environment variable that `run --all` gives the value to [default: from the name]' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l value-file -d 'Take the value from the file PATH, byte for byte; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand set" -l generate -d 'Make the value: `32` (letters and digits), `hex:32`, `base64:32` (bytes), `words:6`, `digits:8` or `symbols:24`' -r
complete -c kluis -n "__fish_kluis_using_subcommand set" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand set" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand set" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand set" -l raw -d 'Keep a value from stdin byte for byte; without it a single line loses its newline'
complete -c kluis -n "__fish_kluis_using_subcommand set" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand update" -l name -d 'Rename the secret; its id stays' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l description -l comment -d 'What the secret is for, at most 1,024 characters; "" clears it' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l env-key -d 'The environment variable that `run --all` gives the value to [default: from the name]' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l value-file -d 'Take the value from the file PATH, byte for byte; `-` is stdin' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand update" -l generate -d 'Make the value: `32` (letters and digits), `hex:32`, `base64:32` (bytes), `words:6`, `digits:8` or `symbols:24`' -r
complete -c kluis -n "__fish_kluis_using_subcommand update" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand update" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand update" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l value -d 'Read a new value from stdin, or ask for it'
complete -c kluis -n "__fish_kluis_using_subcommand update" -l raw -d 'Keep a value from stdin byte for byte; without it a single line loses its newline'
complete -c kluis -n "__fish_kluis_using_subcommand update" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand get" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand get" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand get" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand get" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand get" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand show" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand show" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand show" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand show" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand show" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand show" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand show" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand list" -l name -d 'List only names that match, with `*` for any characters and `?` for one' -r
complete -c kluis -n "__fish_kluis_using_subcommand list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand list" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand list" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand list" -l all-workspaces -d 'List every workspace that the key reaches'
complete -c kluis -n "__fish_kluis_using_subcommand list" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l name -d 'List only names that match, with `*` for any characters and `?` for one' -r
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -l all-workspaces -d 'List every workspace that the key reaches'
complete -c kluis -n "__fish_kluis_using_subcommand ls" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand delete" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -l literal-name -d 'Take a name with `=` in it'
complete -c kluis -n "__fish_kluis_using_subcommand rm" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand run" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand run" -s e -d 'Give the variable KEY the secret REF, such as `name` or `workspace/name`; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l allow-env -d 'Allow the variable KEY, which can make programs load or run something else; may be repeated' -r
complete -c kluis -n "__fish_kluis_using_subcommand run" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand run" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand run" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand run" -l all -d 'Give every secret of the workspace under its environment key'
complete -c kluis -n "__fish_kluis_using_subcommand run" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "create" -d 'Make a new workspace'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "list" -d 'List the workspaces that the key reaches'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "update" -d 'Rename a workspace or change its description'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and not __fish_seen_subcommand_from create list update delete" -f -a "delete" -d 'Delete a workspace'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l description -l comment -d 'What it is for, at most 1,024 characters' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l name -d 'Its new name' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l description -l comment -d 'What it is for, at most 1,024 characters; "" clears it' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l force -d 'Delete the secrets in it as well'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand workspace; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l new-passphrase-file -d 'Read the new passphrase from this file, one final newline aside' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l kdf -d 'Work for Argon2id: memory in MiB, passes and lanes [default: measured, at least m=64,t=3,p=4]' -r
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand passphrase" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand verify" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand verify" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand verify" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand verify" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand verify" -s h -l help -d 'Print help'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l vault -d 'The vault file [env: KLUIS_VAULT]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s w -l workspace -d 'The workspace to work in [env: KLUIS_WORKSPACE]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l passphrase-file -d 'Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]' -r -F
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l lock-timeout -d 'Wait this long for another writer [default: 10s]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l vault-key -d 'Open only the vault with this public key [env: KLUIS_VAULT_KEY]' -r
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l color -d 'When to use colour: auto, always or never [env: NO_COLOR]' -r -f -a "auto\t''
always\t''
never\t''"
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l json -d 'Print results, warnings and errors as JSON'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s q -l quiet -d 'Print no notes; `list` prints bare names'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s y -l yes -d 'Answer yes to every question'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -l non-interactive -d 'Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]'
complete -c kluis -n "__fish_kluis_using_subcommand completions" -s h -l help -d 'Print help'
