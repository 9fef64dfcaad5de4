#compdef vitdash
# Completes vitdash in zsh. In ~/.zshrc, after compinit: eval "$(vitdash completion zsh)"
_vitdash() {
    local value help
    local -a whole begun
    while IFS=$'\t' read -r value help; do
        # Something comes after KNOB=, so no space does.
        if [[ $value == *= ]]; then
            begun+=("${value//:/\\:}${help:+:$help}")
        else
            whole+=("${value//:/\\:}${help:+:$help}")
        fi
    done < <(VITDASH_COMPLETE=zsh ${(Q)words[1]} "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    if (( ! $#whole && ! $#begun )); then
        _files
        return
    fi
    (( $#whole )) && _describe -V vitdash whole
    (( $#begun )) && _describe -V vitdash begun -S ''
}
if [[ $funcstack[1] == _vitdash ]]; then
    _vitdash "$@"
else
    compdef _vitdash vitdash
fi
