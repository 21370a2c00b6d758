namespace ConsoleComponents.Data;

/// <summary>How good or bad news a state is.</summary>
public enum Tone
{
    Neutral,
    Active,
    Good,
    Undone,
    Warning,
    Bad,
}
