namespace ConsoleComponents.Data;

/// <summary>The colour of a state, from good to bad.</summary>
public enum Tone
{
    Neutral,
    Active,
    Good,
    Undone,
    Warning,
    Bad,
}
