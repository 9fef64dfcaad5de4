# Completes vitdash in fish. Once: vitdash completion fish > ~/.config/fish/completions/vitdash.fish
function __vitdash_complete
    set -l words (commandline -opc)
    set -l command $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    set -l found (env VITDASH_COMPLETE=fish $command $words "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete --command vitdash --no-files --keep-order --arguments '(__vitdash_complete)'
