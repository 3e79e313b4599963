# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_certwright_global_optspecs
    string join \n store= json non-interactive q/quiet lock-timeout= passphrase= h/help V/version
end

function __fish_certwright_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_certwright_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_certwright_using_subcommand
    set -l cmd (__fish_certwright_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c certwright -n "__fish_certwright_needs_command" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_needs_command" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_needs_command" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_needs_command" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_needs_command" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_needs_command" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_needs_command" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "apply" -d 'Make everything as a manifest describes it'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "authority" -d 'Make, import, replace and show authorities'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "completions" -d 'Print a shell\'s completion script'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "crl" -d 'Sign, publish and check CRLs'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "csr" -d 'Make and inspect certificate requests'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "dev" -d 'Make TLS work on this machine: an authority for development and a certificate'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "export" -d 'Write a certificate as a program wants it: files, names, order, modes, configuration'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "hold" -d 'Suspend certificates, so that they can be released again'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "init" -d 'Make a store with its root authority'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "inspect" -d 'Say what is in a file: certificates, requests, CRLs, keys, keystores'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "issue" -d 'Make a key and its certificate in one step'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "key" -d 'Make, convert, inspect and compare private keys'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "keystore" -d 'Write, read and import keystores: PKCS#12, JKS and PEM'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "lint" -d 'Say what is wrong with a certificate, and who will refuse it'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "list" -d 'List the certificates that were issued'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "log" -d 'Show or verify the journal'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "man" -d 'Write the manual pages'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "manifest" -d 'Make, check and describe manifests, which "apply" takes'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "ocsp" -d 'Answer for certificates by OCSP (RFC 6960)'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "profile" -d 'List, show and check profiles: what may be issued'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "publish" -d 'Lay out what relying parties fetch, for a static web server'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "release" -d 'Take certificates off hold'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "renew" -d 'Renew certificates: the same subject, names, profile and length, signed once more'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "revoke" -d 'Revoke certificates'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "show" -d 'Show a certificate of the store'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "sign" -d 'Sign certificate requests (CSRs)'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "status" -d 'Show what expires, and which authorities, CRLs, keys and files need attention'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "store" -d 'Check the store, back it up, move authorities in, change settings'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "test-pki" -d 'Make a throwaway PKI for tests: good certificates, and one for each way in which a certificate can be wrong'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "trust" -d 'Have this machine trust a root, or no longer'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "truststore" -d 'Write and read truststores: PKCS#12, JKS, PEM and OpenSSL\'s hashed directories'
complete -c certwright -n "__fish_certwright_needs_command" -f -a "verify" -d 'Tell whether a certificate can be trusted, and if not, why'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l format -d 'How the manifest is written down: json, yaml, toml [default: by its ending]' -r -f -a "json\t'JSON'
toml\t'TOML'
yaml\t'YAML 1.2'"
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l plan -d 'Say what would change, and change nothing; exit status 3 when something would'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l prune -d 'Take away what is not described any more'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l force -d 'Replace files that are there and were put there by something else; with --plan, say so'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l rewrite -d 'Write all files again, whether or not they changed: after a password in a source did'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand apply" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -f -a "create" -d 'Make an authority under another one'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -f -a "csr" -d 'Make a key and a request, to be signed by an authority elsewhere'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -f -a "import" -d 'Bring in an authority: an answered request, a certificate with its key, or an anchor'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -f -a "list" -d 'List the authorities'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -f -a "rollover" -d 'Put a new authority in the place of an old one, so that nobody is locked out meanwhile'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and not __fish_seen_subcommand_from create csr import list rollover show" -f -a "show" -d 'Show an authority, or print its certificate'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l parent -d 'The authority that signs it' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l cn -d 'Common name [default: NAME with CA after it]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l subject -d 'Whole subject instead: "CN=Acme Staging CA,O=Acme"' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l key -d 'Key algorithm [default: the profile\'s]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l profile -d 'What may be issued' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l path-len -d 'How many authorities may follow below it [default: the profile\'s, 0]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l permit -d 'Names the authority may certify, and no others: corp.test, 10.0.0.0/8, email:corp.test, uri:corp.test' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l exclude -d 'Names the authority may not certify' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l validity -d 'How long it is valid: 90d, 24h, 1y [default: the profile\'s]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l not-before -d 'Valid from this instant (RFC 3339) [default: a little before now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l not-after -d 'Valid until this instant (RFC 3339)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l set -d 'Give a variable of the profile a value' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from create" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l cn -d 'Common name [default: NAME with CA after it]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l subject -d 'Whole subject instead' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l key -d 'Key algorithm [default: ec-p256]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l out -d 'Write the request here [default: standard output]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l force -d 'Replace a file that exists'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from csr" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l cert -d 'Its certificate; further certificates in the file are taken as its chain' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l key -d 'Its private key, in any form that OpenSSL, keytool or Go write' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l chain -d 'Certificates above it' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l accept-weak -d 'Accept an RSA key of at least 2048 bits that a new authority could not have, such as one with exponent 3'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from import" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l as -d 'Name of the authority that takes its place, also of another one where that was revoked or has expired; one that exists is taken as it is [default: NAME-2, then NAME-3]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l cn -d 'Common name of the new authority [default: the old one\'s with G2, G3, … after it]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l subject -d 'Whole subject instead' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l key -d 'Key algorithm [default: that of the old key]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l profile -d 'What may be issued [default: the old one\'s profile]' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l parent -d 'Who signs the new authority, unless it is a root [default: who signed the old one, or the authority in its place]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l validity -d 'How long it is valid: 90d, 24h, 1y [default: the profile\'s]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l not-before -d 'Valid from this instant (RFC 3339) [default: a little before now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l not-after -d 'Valid until this instant (RFC 3339)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l set -d 'Give a variable of the profile a value' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l cross -d 'Cross-certificates between both roots that were signed elsewhere' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l retire -d 'From when on the old authority signs no certificates any more: an instant (RFC 3339), a duration from now, or never' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l renewals -d 'Who renews what the old authority signed until it retires [default: move]' -r -f -a "move\t'The new authority'
stay\t'The old authority'"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l no-cross -d 'No cross-certificates: clients need both roots before servers get certificates of the new one'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l finish -d 'Finish: the old authority is no anchor any more, and signs CRLs only'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l force -d 'With --finish: although certificates of the old authority are still in use'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l dry-run -d 'Say what would be signed and done, and change nothing'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from rollover" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l pem -d 'Print its certificate in PEM'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l chain -d 'Print its certificate and those above it in PEM'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand authority; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand completions" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -f -a "check" -d 'Tell whether a CRL is sound, fresh and newer than the one before'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -f -a "inspect" -d 'Say what is in a file: certificates, requests, CRLs, keys, keystores'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -f -a "list" -d 'List the newest CRL of every authority'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -f -a "publish" -d 'Sign an authority\'s next CRL and release it'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and not __fish_seen_subcommand_from check inspect list publish settings" -f -a "settings" -d 'Show or change how an authority\'s CRLs are made'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l issuer -d 'The issuer\'s certificate [default: the authorities of the store]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l previous -d 'The CRL that was published before' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l within -d 'It must still hold after this time' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l at -d 'The instant to check for [default: now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -l all -d 'Show every entry of a CRL, not only the first 20'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l authority -d 'Whose CRL [default: every authority whose key is here]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l validity -d 'How long it holds [default: as "certwright crl settings" says, or 7d]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l to -d 'Bring the newest CRLs to this directory as well' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l if-due -d 'Sign only where something changed or the newest CRL will lapse soon; nothing due is exit status 0'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l delta -d 'Sign a delta CRL, which lists what changed since the newest full one; with --if-due where the settings ask for it'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from publish" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l validity -d 'How long a CRL holds' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l overlap -d 'How long before it lapses the next one is due' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l delta-validity -d 'How long a delta CRL holds' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l keep-expired -d 'Whether certificates stay listed after they expired' -r -f -a "true\t''
false\t''"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l distribution-point -d 'Whether a CRL names its distribution points, which must be those of the certificates' -r -f -a "true\t''
false\t''"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l number-after -d 'Let the next CRL have a number above this one' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l no-delta -d 'Make no delta CRLs'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand crl; and __fish_seen_subcommand_from settings" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -f -a "create" -d 'Make a certificate request'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and not __fish_seen_subcommand_from create inspect" -f -a "inspect" -d 'Say what a certificate request asks for, and whether its own key signed it'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l key -d 'The private key that the certificate is for' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l new-key -d 'Make a new private key and write it here' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l algorithm -d 'What kind of new key [default: ec-p256]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l subject -d 'The subject: CN=api.corp.test,O=Corp' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l out -d 'Write the request here; - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l force -d 'Replace files that exist'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from create" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand csr; and __fish_seen_subcommand_from inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l out -d 'Where the files go' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l authority -d 'The development authority; it is made if it is not there, with an unencrypted key, for development names and NAME [default: that of the certificate in --out, else dev]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l permit -d 'Another name that a new development authority may sign; may be given several times' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l key -d 'Key algorithm of a new certificate [default: that of the certificate in --out, else ec-p256]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l validity -d 'How long a new certificate is valid [default: 90d, or as long as its authority]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l for -d 'Write the files that this program reads, as export does, in a directory of its own beside the PEM files' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l format -d 'The form of these files, where a program reads several: pem, p12, jks [default: its first]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l set -d 'Give a variable of these programs a value (export --show TARGET lists them); dir is where a program will find its files, if not where they are written' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l storepass -d 'Where the password of the keystores comes from [default: pass:changeit]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l check -d 'Change nothing; exit 3 when there is something to do'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l force -d 'Make a new certificate even when the present one is good, and replace foreign files'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l keystores -d 'Write keystore.p12, keystore.jks, truststore.p12 and truststore.jks beside the PEM files'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l env -d 'Print, for a shell to evaluate, the variables by which programs trust the authority [without SHELL: sh]'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l env=sh -d 'sh, bash, zsh and all that follow POSIX'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l env=fish -d 'fish'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l env=powershell -d 'PowerShell'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l trust -d 'Have this machine trust the authority, as trust install does: every store that is found, or only these kinds'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l trust=system -d 'What the operating system\'s programs trust: curl, Python, Go, …'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l trust=nss -d 'The databases of Firefox, Thunderbird, Chromium and Chrome'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l trust=java -d 'The cacerts of Java runtimes'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand dev" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l for -d 'The program that shall read the files' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l out -d 'The directory for the files' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand export" -l role -d 'The part that the certificate plays: server, client, … [default: what its extended key usage says]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l format -d 'The form of the files, where the target reads several: pem, p12, jks [default: the target\'s first]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l set -d 'Give a variable of the target a value (--show TARGET lists them); dir is where the program will find the files, if not in --out' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l storepass -d 'Where the password of keystores and truststores comes from' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l preset -d 'How PKCS#12 is encrypted [default: modern]' -r -f -a "modern\t'AES-256, PBKDF2 and HMAC with SHA-256: what is safe, and read since about 2020'
3des\t'3DES and SHA-1: Windows Server 2016, macOS keychains, JDK 8 before update 301'
rc2\t'RC2 with 40 bits, which protects nothing: what reads nothing else'"
complete -c certwright -n "__fish_certwright_using_subcommand export" -l key -d 'The private key, where the store does not hold it' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand export" -l key-passphrase -d 'Where the passphrase of the private key comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l show -d 'Show a target: roles, formats, files, variables, and what it needs of a certificate' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand export" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand export" -l force -d 'Replace files that exist'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l dry-run -d 'Say what would be written, and write nothing'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l list -d 'List the targets'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand export" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand export" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand export" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l lineage -d 'Every certificate of a name that has not expired, not only the newest' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l key -d 'Every certificate with the key of this file: a private key, a certificate or a request' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l name -d 'Every certificate with a name like this (* and ?); shows them, and does it with --yes' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l authority -d 'The authority that signed them' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l unknown -d 'Take serials that this store has no record of: --authority signed them elsewhere'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l yes -d 'Do it for all that --name found'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l dry-run -d 'Only show what would be done'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l publish -d 'Sign and release the next CRL of every authority concerned'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand hold" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand init" -l cn -d 'Common name of the root' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l subject -d 'Whole subject of the root instead: "CN=Acme Root CA,O=Acme,C=DE"' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l key -d 'Key algorithm of the root [default: the profile\'s, ec-p384]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand init" -l issuing-cn -d 'Common name of the issuing authority' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l issuing-key -d 'Key algorithm of the issuing authority [default: the profile\'s, ec-p256]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand init" -l profile -d 'Profile of the root' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand init" -l permit -d 'Names the authority may certify, and no others: corp.test, 10.0.0.0/8, email:corp.test, uri:corp.test' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l exclude -d 'Names the authority may not certify' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l validity -d 'How long it is valid: 90d, 24h, 1y [default: the profile\'s]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l not-before -d 'Valid from this instant (RFC 3339) [default: a little before now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l not-after -d 'Valid until this instant (RFC 3339)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l set -d 'Give a variable of the profile a value' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l crl-url -d 'CRL distribution point put into certificates; {{ authority }} stands for the signing authority' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l ca-issuers-url -d 'Where the signing authority\'s certificate can be fetched (caIssuers)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l ocsp-url -d 'OCSP responder' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand init" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand init" -l with-issuing -d 'Also make an authority `issuing` under the root, so that the root\'s key can go offline'
complete -c certwright -n "__fish_certwright_using_subcommand init" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand init" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand init" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand init" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand init" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l all -d 'Show every entry of a CRL, not only the first 20'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l profile -d 'What may be issued' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l authority -d 'Who signs [default: the store\'s default authority]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l key -d 'Key algorithm [default: the profile\'s]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l key-file -d 'Certify this private key instead of making one' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l subject -d 'Subject instead of the profile\'s: "CN=www,O=Acme"' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l validity -d 'How long it is valid: 90d, 24h, 1y [default: the profile\'s]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l not-before -d 'Valid from this instant (RFC 3339) [default: a little before now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l not-after -d 'Valid until this instant (RFC 3339)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l set -d 'Give a variable of the profile a value' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l out -d 'Write cert.pem, key.pem, chain.pem, fullchain.pem and ca.pem to this directory' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l lineage -d 'Name in the store [default: made from NAME]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l key-passphrase -d 'Encrypt the private key, in the store and in --out, with this passphrase' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l for -d 'Fail when one of these programs would refuse it' -r -f -a "apple\t''
erlang\t''
gnutls\t''
go\t''
java\t''
nss\t''
openssl\t''
pyca\t''
python3.13\t''
rfc5280\t''
rustls\t''
windows\t''"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l batch -d 'Issue a certificate for every line of this file (JSON Lines or CSV); - is standard input' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l batch-format -d 'How the file is written [default: as its name ends: .jsonl, .ndjson, .csv, .tsv]' -r -f -a "jsonl\t'One JSON object a line'
csv\t'Comma, semicolon or tab separated, with a first line of names'"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l out-dir -d 'For each line a directory here, named like its name in the store, with the files that --out has' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l pack -d 'When to keep the new private keys in one file of the store instead of a directory for each name' -r -f -a "auto\t'Where there are a thousand or more'
always\t'However few there are'
never\t'However many there are'"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l force -d 'Replace files that exist'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l no-key-passphrase -d 'Keep the private key in the store unencrypted even when the authority\'s is encrypted'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l strict -d 'Fail when the profile leaves out anything that was asked for'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l dry-run -d 'Show what would be signed; sign and write nothing'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l self-signed -d 'Sign with the certificate\'s own key; needs no store, writes to --out only'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l skip-existing -d 'Leave out lines whose certificate is in the store and good, and write those of its files that are missing'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l keep-going -d 'Issue the good lines even when others are refused'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand issue" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -f -a "convert" -d 'Change the form of a private key, its encryption or its passphrase'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -f -a "generate" -d 'Make a new private key'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -f -a "inspect" -d 'Say what a key is: kind, size, form, fingerprint, weaknesses'
complete -c certwright -n "__fish_certwright_using_subcommand key; and not __fish_seen_subcommand_from convert generate inspect match" -f -a "match" -d 'Tell whether a key belongs to a certificate, a request or another key'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l out -d 'Write the key here; - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l to -d 'The structure of the new file' -r -f -a "pkcs1\t'RSA keys only, unencrypted'
pkcs8\t'Every key, encrypted or not'
sec1\t'EC keys only, unencrypted'"
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l new-passphrase -d 'Encrypt the new file with this passphrase' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l der -d 'Write DER'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l pem -d 'Write PEM, which is the default'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l no-passphrase -d 'Leave the new file unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l force -d 'Replace a file that exists'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from convert" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l algorithm -d 'What kind of key' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l out -d 'Write the private key here; - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l public-out -d 'Write the public key here' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l no-passphrase -d 'Leave the private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l force -d 'Replace files that exist'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from generate" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -l public -d 'Print the public key in PEM, and nothing else'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand key; and __fish_seen_subcommand_from match" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -f -a "build" -d 'Write private keys with their certificates as a keystore'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -f -a "import" -d 'Bring a key and its certificate into the store'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and not __fish_seen_subcommand_from build import inspect" -f -a "inspect" -d 'Say what is in a keystore: entries, aliases, chains, how it is protected'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l out -d 'Write the keystore here; - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l format -d 'The format [default: by the ending of FILE]' -r -f -a "p12\t'PKCS#12: Java, Windows, browsers, Node, OpenSSL'
jks\t'Java\'s own format, for JDK 8 and older tools'
pem\t'PEM text'"
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l preset -d 'How PKCS#12 is encrypted [default: modern]' -r -f -a "modern\t'AES-256, PBKDF2 and HMAC with SHA-256: what is safe, and read since about 2020'
3des\t'3DES and SHA-1: Windows Server 2016, macOS keychains, JDK 8 before update 301'
rc2\t'RC2 with 40 bits, which protects nothing: what reads nothing else'"
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l storepass -d 'Where the password of the file comes from' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l keypass -d 'Where another password for the keys comes from; JKS only' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l alias -d 'The alias of each entry, in order [default: its name in the store]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l cert -d 'A certificate that is in no store; others in the file are taken as its chain' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l key -d 'Its private key [default: the one in the --cert file]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l chain -d 'Certificates above it, in any order' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l key-passphrase -d 'Where the passphrase of --key comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l include-root -d 'Put the root at the end of each chain'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l force -d 'Replace a file that exists'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from build" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l name -d 'Name in the store [default: the alias]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l authority -d 'Bring it in as an authority of this name' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l alias -d 'Which entry, where there are several keys' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l key -d 'The private key, where FILE has certificates only' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l chain -d 'Certificates above it' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l storepass -d 'Where the password of the keystore comes from' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l keypass -d 'Where the password of its keys comes from, if it is another' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l accept-weak -d 'Accept an RSA key that a new authority could not have, such as one with exponent 3'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from import" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l storepass -d 'Where its password comes from' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l keypass -d 'Where the password of its keys comes from, if it is another' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand keystore; and __fish_seen_subcommand_from inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l for -d 'Judge as these programs do' -r -f -a "apple\t''
erlang\t''
gnutls\t''
go\t''
java\t''
nss\t''
openssl\t''
pyca\t''
python3.13\t''
rfc5280\t''
rustls\t''
windows\t''"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l severity -d 'Tell what is at least this bad' -r -f -a "notice\t''
warning\t''
error\t''"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l fail-on -d 'Exit 3 for what is at least this bad' -r -f -a "notice\t''
warning\t''
error\t''"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l purpose -d 'What the first certificate shall be used for: server, client, code-signing, email, ocsp, timestamping, authority' -r -f -a "server\t''
client\t''
code-signing\t''
email\t''
ocsp\t''
timestamping\t''
authority\t''"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l host -d 'The host that the first certificate must be for: a DNS name or an IP address' -r -f -a "(__fish_print_hostnames)"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l list -d 'List the rules, with --for those that matter to these programs'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand lint" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l name -d 'Only certificates with a name, lineage or common name that fits this pattern (* and ?)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand list" -l profile -d 'Only this profile' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand list" -l authority -d 'Only certificates that this authority signed' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand list" -l expiring-within -d 'Only certificates that are valid now and end within this time' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand list" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand list" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand list" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand list" -l expired -d 'Only expired certificates'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l valid -d 'Only certificates that are valid now'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l revoked -d 'Only certificates that are revoked or on hold'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l current -d 'Only the newest certificate of each name'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand list" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand list" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand list" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -f -a "show" -d 'Show what was done, when and by whom'
complete -c certwright -n "__fish_certwright_using_subcommand log; and not __fish_seen_subcommand_from show verify" -f -a "verify" -d 'Prove that no line of the journal was changed'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l name -d 'Only events of lineages or alternative names like this (* and ? match)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l authority -d 'Only events of an authority' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l kind -d 'Only one kind of event' -r -f -a "store-created\t''
authority-requested\t''
authority-added\t''
certificate-issued\t''
certificate-imported\t''
certificate-revoked\t''
certificate-released\t''
clock-accepted\t''
checkpoint-signed\t''
crl-issued\t''
delivered\t''
delivery-forgotten\t''
settings-changed\t''"
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l since -d 'Only events at this instant or later' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l until -d 'Only events before this instant' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l last -d 'Only the last N of them' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l jsonl -d 'Print the journal\'s lines, one JSON object each'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l kept -d 'A report that "log verify --json" gave before: its line must still be there' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l crl -d 'A CRL that was published: the journal must know it' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand log; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand man" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand man" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand man" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand man" -l force -d 'Replace pages that are there'
complete -c certwright -n "__fish_certwright_using_subcommand man" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand man" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand man" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand man" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -f -a "check" -d 'Check a manifest, without a store'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -f -a "from-store" -d 'Describe a store in a manifest'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -f -a "init" -d 'Write a commented manifest to start from'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and not __fish_seen_subcommand_from check from-store init schema" -f -a "schema" -d 'Print the JSON Schema of a manifest'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -l format -d 'How it is written down: json, yaml, toml [default: by its ending]' -r -f -a "json\t'JSON'
toml\t'TOML'
yaml\t'YAML 1.2'"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l out -d 'Write the manifest here; - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l format -d 'How it is written down: json, yaml, toml [default: by the ending of FILE, else yaml]' -r -f -a "json\t'JSON'
toml\t'TOML'
yaml\t'YAML 1.2'"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l force -d 'Replace a file that exists'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from from-store" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l format -d 'How it is written down: json, yaml, toml [default: by its ending, else yaml]' -r -f -a "json\t'JSON'
toml\t'TOML'
yaml\t'YAML 1.2'"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l force -d 'Replace a file that exists'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from init" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand manifest; and __fish_seen_subcommand_from schema" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -f -a "publish" -d 'Sign responses in advance, for a static web server'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and not __fish_seen_subcommand_from publish respond" -f -a "respond" -d 'Answer one OCSP request'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l to -d 'The directory' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l authority -d 'Whose certificates [default: those of every authority that can speak]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l hash -d 'By which hash OCSP clients name the issuer: sha1, as nearly all do, sha256 [default: sha1]' -r -f -a "sha1\t''
sha256\t''"
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l validity -d 'How long an OCSP response holds [default: as long as the authority\'s CRLs]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l if-due -d 'Sign OCSP responses only where something changed, or one is in the last third of its life'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l direct -d 'Sign OCSP responses with the authority\'s own key instead of a responder\'s'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l no-key-passphrase -d 'Keep the OCSP responder\'s key unencrypted even when the authority\'s is encrypted, so that cron can use it; one with an encrypted key is replaced'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l force -d 'Replace files that something else put there'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from publish" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l out -d 'Write the response to this file; - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l validity -d 'How long an OCSP response holds [default: as long as the authority\'s CRLs]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l direct -d 'Sign OCSP responses with the authority\'s own key instead of a responder\'s'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l no-key-passphrase -d 'Keep the OCSP responder\'s key unencrypted even when the authority\'s is encrypted, so that cron can use it; one with an encrypted key is replaced'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l force -d 'Replace a file that exists'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand ocsp; and __fish_seen_subcommand_from respond" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -f -a "check" -d 'Check a profile file'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -f -a "list" -d 'List the profiles, built-in ones and the store\'s own'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -f -a "schema" -d 'Print the JSON Schema of a profile file'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and not __fish_seen_subcommand_from check list schema show" -f -a "show" -d 'Print a profile\'s JSON'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from schema" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand profile; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l to -d 'The directory' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l base-url -d 'Where the web server offers the directory; the page has links to fetch from then' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l title -d 'Title of the page [default: the root\'s name]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l hash -d 'By which hash OCSP clients name the issuer: sha1, as nearly all do, sha256 [default: sha1]' -r -f -a "sha1\t''
sha256\t''"
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l validity -d 'How long an OCSP response holds [default: as long as the authority\'s CRLs]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l ocsp -d 'Sign OCSP responses, whatever the settings say'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l no-ocsp -d 'Sign no OCSP responses; those that are there stay'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l if-due -d 'Sign OCSP responses only where something changed, or one is in the last third of its life'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l direct -d 'Sign OCSP responses with the authority\'s own key instead of a responder\'s'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l no-key-passphrase -d 'Keep the OCSP responder\'s key unencrypted even when the authority\'s is encrypted, so that cron can use it; one with an encrypted key is replaced'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l force -d 'Replace files that something else put there'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand publish" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand release" -l lineage -d 'Every certificate of a name that has not expired, not only the newest' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand release" -l key -d 'Every certificate with the key of this file: a private key, a certificate or a request' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand release" -l name -d 'Every certificate with a name like this (* and ?); shows them, and does it with --yes' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand release" -l authority -d 'The authority that signed them' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand release" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand release" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand release" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand release" -l unknown -d 'Take serials that this store has no record of: --authority signed them elsewhere'
complete -c certwright -n "__fish_certwright_using_subcommand release" -l yes -d 'Do it for all that --name found'
complete -c certwright -n "__fish_certwright_using_subcommand release" -l dry-run -d 'Only show what would be done'
complete -c certwright -n "__fish_certwright_using_subcommand release" -l publish -d 'Sign and release the next CRL of every authority concerned'
complete -c certwright -n "__fish_certwright_using_subcommand release" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand release" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand release" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand release" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand release" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l within -d 'With --due: what has this long or less to live [default: two thirds of the lifetime are gone]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l signed-by -d 'With --due or --all: only what this authority signed' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l key -d 'Algorithm of the new key [default: that of the old one]' -r -f -a "ec-p256\t''
ec-p384\t''
ec-p521\t''
rsa-2048\t''
rsa-3072\t''
rsa-4096\t''
ed25519\t''
ml-dsa-44\t''
ml-dsa-65\t''
ml-dsa-87\t''"
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l key-passphrase -d 'Encrypt new keys with this passphrase, in the store whatever the old one was, and outside where the old one was encrypted' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l authority -d 'Who signs [default: who signed the old one, or the authority that takes its place]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l profile -d 'What may be issued [default: the profile of the old one]' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l validity -d 'How long it is valid [default: as long as the old one]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l set -d 'Give a variable of the profile a value [default: that of the old one]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l storepass -d 'Where the password of keystores comes from; without it they are left as they are' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l exec -d 'Run this command with sh for each one whose files were written, CERTWRIGHT_LINEAGE and others in its environment' -r -f -a "(__fish_complete_command)"
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l jitter -d 'Wait a random time first, at most this long' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l forget -d 'Write no files to this directory or file any more; renews nothing' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l due -d 'Renew what is due, and finish what an earlier renewal could not'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l all -d 'Renew everything that is valid'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l expired -d 'With --due: what has expired as well'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l rekey -d 'With a new key; with --due and --all what was signed for a request keeps the requester\'s'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l no-key-passphrase -d 'Keep new keys in the store unencrypted; --key-passphrase beside it is for those outside'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l force -d 'Renew what is revoked or on hold too, with a new key'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l dry-run -d 'Say what would be renewed, and change nothing'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand renew" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l lineage -d 'Every certificate of a name that has not expired, not only the newest' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l key -d 'Every certificate with the key of this file: a private key, a certificate or a request' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l name -d 'Every certificate with a name like this (* and ?); shows them, and does it with --yes' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l authority -d 'The authority that signed them' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l reason -d 'Why: unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, cessation-of-operation, privilege-withdrawn, aa-compromise' -r -f -a "unspecified\t''
key-compromise\t''
ca-compromise\t''
affiliation-changed\t''
superseded\t''
cessation-of-operation\t''
privilege-withdrawn\t''
aa-compromise\t''"
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l invalidity-date -d 'When the key is thought to have been compromised (RFC 3339)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l unknown -d 'Take serials that this store has no record of: --authority signed them elsewhere'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l yes -d 'Do it for all that --name found'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l dry-run -d 'Only show what would be done'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l publish -d 'Sign and release the next CRL of every authority concerned'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand revoke" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand show" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand show" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand show" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand show" -l pem -d 'Print the certificate in PEM'
complete -c certwright -n "__fish_certwright_using_subcommand show" -l fullchain -d 'Print the certificate and the intermediates in PEM'
complete -c certwright -n "__fish_certwright_using_subcommand show" -l chain -d 'Print the intermediates in PEM'
complete -c certwright -n "__fish_certwright_using_subcommand show" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand show" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand show" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand show" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l profile -d 'What may be issued' -r -f -a "client\t''
code-signing\t''
email\t''
etcd-peer\t''
etcd-server\t''
intermediate\t''
kafka-broker\t''
ocsp\t''
peer\t''
root\t''
server\t''
spiffe\t''
timestamping\t''"
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l authority -d 'Who signs [default: the store\'s default authority]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l san -d 'Alternative names to add to those of the request' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l subject -d 'Subject instead of the request\'s' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l validity -d 'How long it is valid: 90d, 24h, 1y [default: the profile\'s]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l not-before -d 'Valid from this instant (RFC 3339) [default: a little before now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l not-after -d 'Valid until this instant (RFC 3339)' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l set -d 'Give a variable of the profile a value' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l out -d 'Write the certificate here [default: standard output]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l out-dir -d 'For each request a directory here, named like its file, with cert.pem, chain.pem, fullchain.pem and ca.pem' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l lineage -d 'Name in the store [default: made from the request\'s names]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l for -d 'Fail when one of these programs would refuse it' -r -f -a "apple\t''
erlang\t''
gnutls\t''
go\t''
java\t''
nss\t''
openssl\t''
pyca\t''
python3.13\t''
rfc5280\t''
rustls\t''
windows\t''"
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l pack -d 'When to keep the certificates in the store\'s journal alone instead of a directory for each' -r -f -a "auto\t'Where there are a thousand or more'
always\t'However few there are'
never\t'However many there are'"
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l fullchain -d 'With --out and on standard output: the intermediates after the certificate'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l force -d 'Replace files that exist'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l strict -d 'Fail when the profile leaves out anything that was asked for'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l dry-run -d 'Show what would be signed; sign and write nothing'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l keep-going -d 'Sign the good requests even when others are refused'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand sign" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand status" -l within -d 'What has this long or less to live is due [default: 30d, or a third of the lifetime if that is less; for an authority a tenth if that is more]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand status" -l key-age -d 'A key that was renewed and is older than this is due' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand status" -l key-uses -d 'A key that was renewed more often than this is due' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand status" -l format -d 'The form of the report' -r -f -a "text\t'For people'
json\t'As --json'
prometheus\t'Prometheus text exposition format, for node_exporter\'s textfile collector'"
complete -c certwright -n "__fish_certwright_using_subcommand status" -l out -d 'With --format prometheus: replace this file in one step' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand status" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand status" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand status" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand status" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand status" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand status" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand status" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -f -a "backup" -d 'Write the whole store into one file'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -f -a "check" -d 'Check that the store is sound'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -f -a "clock" -d 'Compare the clock with the journal, or go on after the clock ran ahead'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -f -a "import" -d 'Move an authority in that another program ran'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -f -a "restore" -d 'Make a store from the archive of a backup'
complete -c certwright -n "__fish_certwright_using_subcommand store; and not __fish_seen_subcommand_from backup check clock import restore settings" -f -a "settings" -d 'Show or change what holds for the whole store'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -l force -d 'Replace it if it is there'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from backup" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -l repair -d 'Put right what follows from the journal'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -l accept -d 'Record that the clock is right now'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from clock" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l name -d 'Name of the authority here [default: root, or issuing for one that another signed]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l section -d 'Section of the openssl.cnf [default: default_ca of its section ca]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l chain -d 'Certificates above the authority' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l new-passphrase -d 'Where the new key\'s passphrase comes from [default: as --passphrase]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l accept-weak -d 'Accept an RSA key that a new authority could not have, such as one with exponent 3'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l no-passphrase -d 'Leave the new private key unencrypted'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from import" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from restore" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l crl-url -d 'Where the CRL is fetched; may be repeated' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l ca-issuers-url -d 'Where the issuer\'s certificate is fetched; may be repeated' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l ocsp-url -d 'Where an OCSP responder answers; may be repeated' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l default-authority -d 'The authority that signs when none is named' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l clear-crl-urls -d 'Name no CRL URL'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l clear-ca-issuers-urls -d 'Name no URL of the issuer\'s certificate'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l clear-ocsp-urls -d 'Name no OCSP URL'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l clear-default-authority -d 'Have no default authority'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand store; and __fish_seen_subcommand_from settings" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l only -d 'Only these cases, by name or pattern: expired, \'wildcard-*\'' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l seed -d 'Any text; the same one gives the same keys, and with the same --at the same bytes [default: random]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l at -d 'The instant at which the good certificates are good, and for a year after (RFC 3339) [default: now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l host -d 'The DNS name that servers are checked under' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l list -d 'Print the cases, and make nothing'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l force -d 'Replace a test PKI that is there, if nothing else is in its directory'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and not __fish_seen_subcommand_from serve" -a "serve" -d 'Serve the certificates of a test PKI by TLS, each as wrong as it is'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l only -d 'Only these cases, by name or pattern: expired, \'wildcard-*\'' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l seed -d 'Any text; the same one gives the same keys, and with the same --at the same bytes [default: random]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l at -d 'The instant at which the good certificates are good, and for a year after (RFC 3339) [default: now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l host -d 'The DNS name that servers are checked under' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l port -d 'One port for all; the server name that the client asks for chooses: CASE.localhost [0: any free one]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l first-port -d 'A port for each case, from this one on, in the order of their names [default: any free ones]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l listen -d 'The address to listen on' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l exit-after -d 'End after this time, with exit status 0' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l mtls -d 'Demand a client certificate, and refuse those that are wrong (see the cases for clients)'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand test-pki; and __fish_seen_subcommand_from serve" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -f -a "install" -d 'Have this machine trust a root'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -f -a "status" -d 'Tell which stores trust a root'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and not __fish_seen_subcommand_from install status uninstall" -f -a "uninstall" -d 'Take back what trust install did'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l to -d 'Only these kinds of stores [default: all that are found here]' -r -f -a "system\t'What the operating system\'s programs trust: curl, Python, Go, …'
nss\t'The databases of Firefox, Thunderbird, Chromium and Chrome'
java\t'The cacerts of Java runtimes'"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l root -d 'The system store of the image in this directory, not of this machine; its programs run with chroot' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l nss-db -d 'This NSS database; it is made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l java-home -d 'The Java runtime in this directory' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l nss-password -d 'Where the password of NSS databases comes from, if they have one' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l java-storepass -d 'Where the password of cacerts comes from [default: pass:changeit]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l dry-run -d 'Print the commands that would run, and change nothing'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l accept-unconstrained -d 'Trust a root that can sign for any name, without a question'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from install" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l to -d 'Only these kinds of stores [default: all that are found here]' -r -f -a "system\t'What the operating system\'s programs trust: curl, Python, Go, …'
nss\t'The databases of Firefox, Thunderbird, Chromium and Chrome'
java\t'The cacerts of Java runtimes'"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l root -d 'The system store of the image in this directory, not of this machine; its programs run with chroot' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l nss-db -d 'This NSS database; it is made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l java-home -d 'The Java runtime in this directory' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l nss-password -d 'Where the password of NSS databases comes from, if they have one' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l java-storepass -d 'Where the password of cacerts comes from [default: pass:changeit]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l to -d 'Only these kinds of stores [default: all that are found here]' -r -f -a "system\t'What the operating system\'s programs trust: curl, Python, Go, …'
nss\t'The databases of Firefox, Thunderbird, Chromium and Chrome'
java\t'The cacerts of Java runtimes'"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l root -d 'The system store of the image in this directory, not of this machine; its programs run with chroot' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l nss-db -d 'This NSS database; it is made if it is not there' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l java-home -d 'The Java runtime in this directory' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l nss-password -d 'Where the password of NSS databases comes from, if they have one' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l java-storepass -d 'Where the password of cacerts comes from [default: pass:changeit]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l dry-run -d 'Print the commands that would run, and change nothing'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand trust; and __fish_seen_subcommand_from uninstall" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -f -a "build" -d 'Write anchors as a truststore'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and not __fish_seen_subcommand_from build inspect" -f -a "inspect" -d 'List the anchors of a truststore'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l out -d 'Write the truststore here (a directory for hashed); - is standard output' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l format -d 'The format [default: by the ending of FILE]' -r -f -a "p12\t'PKCS#12 with Oracle\'s mark, so that Java sees the anchors'
jks\t'Java\'s own format, for JDK 8 and older tools'
pem\t'A bundle: one certificate after the other'
hashed\t'OpenSSL\'s directory, a file for each anchor'"
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l preset -d 'How PKCS#12 is encrypted [default: modern]' -r -f -a "modern\t'AES-256, PBKDF2 and HMAC with SHA-256: what is safe, and read since about 2020'
3des\t'3DES and SHA-1: Windows Server 2016, macOS keychains, JDK 8 before update 301'
rc2\t'RC2 with 40 bits, which protects nothing: what reads nothing else'"
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l storepass -d 'Where the password comes from [default: pass:changeit]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l system -d 'Add the anchors of this system'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l force -d 'Replace files that exist'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from build" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -l storepass -d 'Where its password comes from [default: changeit is tried, then none]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand truststore; and __fish_seen_subcommand_from inspect" -s V -l version -d 'Print version'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l anchor -d 'Trust these certificates [default: the store\'s root authorities]' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l chain -d 'Certificates that may be between the certificate and an anchor' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l crl -d 'CRLs; every certificate below the anchor must be covered by one' -r -F
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l purpose -d 'What it shall be used for: server, client, code-signing, email, ocsp, timestamping, authority' -r -f -a "server\t''
client\t''
code-signing\t''
email\t''
ocsp\t''
timestamping\t''
authority\t''"
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l host -d 'The host it must be for: a DNS name or an IP address' -r -f -a "(__fish_print_hostnames)"
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l for -d 'Ask whether these programs would refuse it' -r -f -a "apple\t''
erlang\t''
gnutls\t''
go\t''
java\t''
nss\t''
openssl\t''
pyca\t''
python3.13\t''
rfc5280\t''
rustls\t''
windows\t''"
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l at -d 'The instant to check for [default: now]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l store -d 'The store\'s directory [env: CERTWRIGHT_STORE] [default: the platform\'s data directory]' -r -f -a "(__fish_complete_directories)"
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l lock-timeout -d 'How long to wait for another certwright to finish' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l passphrase -d 'Where the passphrase of keys comes from: env:VAR, file:PATH, fd:N, stdin, cmd:COMMAND, prompt, pass:TEXT [env: CERTWRIGHT_PASSPHRASE_SOURCE]' -r -f
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l json -d 'Print a JSON report on stdout'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -l non-interactive -d 'Never ask on the terminal; a missing value is an error'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s q -l quiet -d 'Say nothing on stderr but warnings and errors'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c certwright -n "__fish_certwright_using_subcommand verify" -s V -l version -d 'Print version'
