using System.Collections.Immutable;

namespace Sidecar.Actors.Placement;

/// <summary>
/// What one instance may serve. A new membership gives it nothing before all others act by the same one; until then it keeps what was its own by each
/// membership since the last that all agreed on, because nobody else can have got that in between.
/// </summary>
/// <param name="since">The memberships since the last agreed one, which is the first of them.</param>
/// <param name="held">What others have not let go yet, by the membership agreed on.</param>
internal sealed class Rights(string self, ImmutableArray<Membership> since, IReadOnlySet<string> held)
{
    public static Rights None(string self) => new(self, [Membership.Empty], new HashSet<string>());

    public Membership Current => since[^1];

    public bool IsAgreed => since.Length == 1 && !Current.IsEmpty;

    public IReadOnlySet<string> Held => held;

    /// <summary>Whether it is this instance's, be it that it has to wait for others to let go.</summary>
    public bool Owns(ActorId actor) => Current.OwnerOf(actor) == self;

    public bool Serves(ActorId actor)
    {
        foreach (var membership in since)
        {
            if (membership.OwnerOf(actor) != self)
            {
                return false;
            }
        }
        return held.Count == 0 || !held.Contains(actor.ToString());
    }

    public Rights Towards(Membership next) => new(self, since.Add(next), held);

    /// <summary>All others act by <see cref="Current"/>, but for what they have <paramref name="stillHeld"/>.</summary>
    public Rights Agreed(IReadOnlySet<string> stillHeld) => new(self, [Current], stillHeld);
}
